# None as a bound is no bound.
from typing import List, Optional


def cut(xs: List[int], start: Optional[int], stop: Optional[int]) -> List[int]:
    return xs[start:stop]


def main():
    xs = [1, 2, 3, 4]
    print(cut(xs, None, 2), cut(xs, 1, None), cut(xs, None, None), cut(xs, -2, -1), xs[None:3])


main()
