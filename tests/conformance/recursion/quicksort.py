# Extension: quicksort.
from typing import List


def quicksort(xs: List[int]) -> List[int]:
    if len(xs) < 2:
        return xs
    pivot = xs[0]
    small = [x for x in xs[1:] if x < pivot]
    large = [x for x in xs[1:] if x >= pivot]
    return quicksort(small) + [pivot] + quicksort(large)


def main():
    print(quicksort([3, 6, 1, 8, 2, 9, 2]))


main()
