# Extension: functions and lambdas at top level.
from typing import List


class Point:
    def __init__(self, x: int):
        self.x = x

    @classmethod
    def of(cls, x: int) -> "Point":
        return cls(x)


def apply(f, x):
    return f(x)


def add_one(x: int) -> int:
    return x + 1


twice = lambda f: f(f(1))
print(apply(lambda x: -x, 3), apply(add_one, 4), twice(lambda x: x + 4), Point.of(7).x)
print([apply(lambda n: n * i, 10) for i in range(3)])
