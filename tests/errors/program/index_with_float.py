from typing import List

def f(xs: List[int], i: float) -> int:
    return xs[i]
