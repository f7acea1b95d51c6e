from typing import List, Tuple

def g(a: Tuple[int, int]) -> int:
    return a[0]

def f(x: List[int]) -> int:
    return g(x)
