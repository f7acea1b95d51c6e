from typing import Optional


def f(x: int) -> int:
    kind = Optional
    return x
