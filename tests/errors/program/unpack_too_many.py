from typing import Tuple

def f(t: Tuple[int, int]) -> int:
    a, b, c = t
    return a
