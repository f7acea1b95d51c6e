# The best load, by dynamic programming.
from typing import List


def best(weights: List[int], values: List[int], capacity: int) -> int:
    table = [0] * (capacity + 1)
    for w, v in zip(weights, values):
        for c in range(capacity, w - 1, -1):
            table[c] = max(table[c], table[c - w] + v)
    return table[capacity]


def main():
    print(best([1, 3, 4, 5], [1, 4, 5, 7], 7), best([2, 2, 3], [6, 10, 12], 5))


main()
