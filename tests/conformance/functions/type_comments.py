# Types in a comment below the header.
from typing import List


def scale(xs, by):
    # type: (List[int], int) -> List[int]
    return [x * by for x in xs]


def main():
    print(scale([1, 2, 3], 10))


main()
