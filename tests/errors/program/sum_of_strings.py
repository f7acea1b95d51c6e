from typing import List

def f(xs: List[str]) -> str:
    return sum(xs)
