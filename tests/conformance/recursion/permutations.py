# Extension: all orders of a list.
from typing import List


def permutations(xs: List[int]) -> List[List[int]]:
    if len(xs) == 0:
        empty: List[int] = []
        return [empty]
    out: List[List[int]] = []
    for i in range(len(xs)):
        for rest in permutations(xs[:i] + xs[i + 1:]):
            out.append([xs[i]] + rest)
    return out


def main():
    print(permutations([1, 2, 3]))


main()
