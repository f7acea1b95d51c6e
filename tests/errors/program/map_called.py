from typing import List


def twice(x: int) -> int:
    return 2 * x


def f(xs: List[int]):
    return map(twice, xs)
