from typing import List


def f(x: int):
    y: List[int] = (1, x)
    return y
