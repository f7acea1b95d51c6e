# Extension: a function for a parameter, each its own instance.
from typing import Callable, List


def twice(f, x):
    return f(f(x))


def add_one(x: int) -> int:
    return x + 1


def shout(x: str) -> str:
    return x.upper() + "!"


def mapped(f, xs: List[int]) -> List[int]:
    return [f(x) for x in xs]


def folded(f: Callable[[int, int], int], xs: List[int], start: int) -> int:
    total = start
    for x in xs:
        total = f(total, x)
    return total


def larger(a: int, b: int) -> int:
    return max(a, b)


def main():
    print(twice(add_one, 5), twice(shout, "hi"))
    print(mapped(add_one, [1, 2, 3]), folded(larger, [3, 9, 4], 0))


main()
