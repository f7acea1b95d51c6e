from typing import List

def f(xs: List[int]) -> None:
    xs.append("one")
