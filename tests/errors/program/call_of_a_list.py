from typing import List

def f(xs: List[int]) -> int:
    return xs(0)
