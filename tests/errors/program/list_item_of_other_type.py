from typing import List

def f(xs: List[int]) -> None:
    xs[0] = "a"
