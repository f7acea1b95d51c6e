from typing import List

def g(a: List[float]) -> int:
    return len(a)

def f(x: List[int]) -> int:
    return g(x)
