# The message is built only when it is needed.
from typing import List


def first(xs: List[int]) -> int:
    assert len(xs) > 0, "empty"
    return xs[0]


def main():
    print(first([7]))
    empty: List[int] = []
    print(first(empty))


main()
