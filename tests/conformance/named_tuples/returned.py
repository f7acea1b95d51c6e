# A function with a named result.
from typing import List, NamedTuple


class Split(NamedTuple):
    small: List[int]
    large: List[int]


def split(xs: List[int], at: int) -> Split:
    small: List[int] = []
    large: List[int] = []
    for x in xs:
        if x < at:
            small.append(x)
        else:
            large.append(x)
    return Split(small, large)


def main():
    s = split([5, 1, 9, 3], 4)
    print(s.small, s.large)


main()
