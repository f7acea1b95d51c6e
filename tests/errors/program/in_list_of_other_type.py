from typing import List

def f(a: str, xs: List[int]) -> bool:
    return a in xs
