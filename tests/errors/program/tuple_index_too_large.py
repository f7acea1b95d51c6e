from typing import Tuple

def f(t: Tuple[int, int]) -> int:
    return t[2]
