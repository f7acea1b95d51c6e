import math


def f(x: float) -> float:
    return math.log2(x)
