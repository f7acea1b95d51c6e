# A function changes the list that it is given, not the caller's variable.
from typing import List


def change(xs: List[int]) -> None:
    xs[0] = 100
    xs = [7]
    xs.append(8)


def main():
    xs = [1, 2]
    change(xs)
    print(xs)


main()
