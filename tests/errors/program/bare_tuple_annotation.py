from typing import Tuple


def f(x: int) -> int:
    pair: Tuple = (x, x)
    return pair[0]
