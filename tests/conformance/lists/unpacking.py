# A list of known length is taken apart.
from typing import List


def swap(pair: List[int]) -> List[int]:
    a, b = pair
    return [b, a]


def main():
    x, y, z = [1, 2, 3]
    print(x + y + z, swap([7, 8]))


main()
