from typing import List

def f(xs: List[int]) -> List[int]:
    return [y for x in xs]
