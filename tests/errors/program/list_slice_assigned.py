from typing import List


def f(xs: List[int]) -> List[int]:
    xs[0:2] = [7]
    return xs
