from typing import List

def f(xs: List[int]) -> List[int]:
    return xs % 2
