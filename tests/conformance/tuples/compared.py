# Tuples of one type are compared as lists.
from typing import Tuple


def main():
    a = (1, 2)
    b: Tuple[int, int] = (1, 3)
    print(a == b, a != b, (1, 2) == a, ("x", "y") == ("x", "y"), (0.5,) == (0.5,))


main()
