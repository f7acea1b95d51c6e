from typing import List

def f(a: List[int], b: List[int]) -> int:
    return a @ b
