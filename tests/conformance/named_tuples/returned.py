# A function with a named result.
from typing import List, NamedTuple


class Split(NamedTuple):
    small: List[int]
    large: List[int]


def split(xs: List[int], at: int) -> Split:
    return Split([x for x in xs if x < at], [x for x in xs if x >= at])


def main():
    s = split([5, 1, 9, 3], 4)
    print(s.small, s.large)


main()
