# The smallest number with given remainders.
from typing import List


def inverse(a: int, m: int) -> int:
    for x in range(1, m):
        if a * x % m == 1:
            return x
    return 0


def solve(remainders: List[int], moduli: List[int]) -> int:
    product = 1
    for m in moduli:
        product *= m
    total = 0
    for r, m in zip(remainders, moduli):
        part = product // m
        total += r * inverse(part, m) * part
    return total % product


def main():
    print(solve([2, 3, 2], [3, 5, 7]), solve([1, 2, 3], [5, 7, 11]))


main()
