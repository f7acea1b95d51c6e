from typing import Tuple

def f(t: Tuple[int, int]) -> int:
    t[0] = 1
    return 1
