from typing import List

def f(xs: List[int]) -> None:
    xs.push(1)
