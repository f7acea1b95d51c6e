from typing import List


def f(x: int, xs: List[int] = []) -> int:
    return x + len(xs)
