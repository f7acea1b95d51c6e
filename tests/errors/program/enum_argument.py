from enum import Enum


class E(Enum):
    A = 1


def g(e: E) -> int:
    return 1


def f(x: int):
    return g(x)
