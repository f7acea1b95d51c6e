# Bounds that are computed: windows of a list.
from typing import List


def windows(xs: List[int], size: int, step: int) -> List[List[int]]:
    return [xs[i:i + size] for i in range(0, len(xs) - size + 1, step)]


def main():
    print(windows([1, 2, 3, 4, 5, 6], 3, 1))
    print(windows([1, 2, 3, 4, 5, 6], 2, 2))


main()
