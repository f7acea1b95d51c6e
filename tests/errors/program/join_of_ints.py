from typing import List

def f(xs: List[int]) -> str:
    return ",".join(xs)
