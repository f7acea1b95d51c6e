# Where a value stands in a sorted list.
from typing import List


def place(xs: List[int], x: int) -> int:
    low, high = 0, len(xs)
    while low < high:
        middle = (low + high) // 2
        if xs[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


def main():
    xs = [i * i for i in range(20)]
    print([place(xs, x) for x in [-5, 0, 1, 2, 49, 50, 361, 1000]])


main()
