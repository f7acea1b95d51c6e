# `and` and `or` evaluate no more than they must.
from typing import List


def noisy(name: str, value: bool) -> bool:
    print(name)
    return value


def first_is(xs: List[int], x: int) -> bool:
    return len(xs) > 0 and xs[0] == x


def main():
    print(noisy("a", False) and noisy("b", True))
    print(noisy("c", True) or noisy("d", True))
    print(noisy("e", True) and not noisy("f", False))
    print(first_is([], 1), first_is([1], 1))


main()
