from typing import Tuple

def f(t: Tuple[int, str], i: int) -> int:
    t[i]
    return 1
