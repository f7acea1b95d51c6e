# Two loops left at once by a return.
from typing import List, Tuple


def pair_with_sum(xs: List[int], wanted: int) -> Tuple[int, int]:
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] + xs[j] == wanted:
                return i, j
    return -1, -1


def main():
    print(pair_with_sum([2, 7, 11, 15], 18), pair_with_sum([1, 2], 9))


main()
