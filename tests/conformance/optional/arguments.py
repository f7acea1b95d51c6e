# Optional parameters take values and None.
from typing import Optional


def scale(x: int, by: Optional[int]) -> int:
    return x if by is None else x * by


def main():
    print(scale(3, 4), scale(3, None), scale(x=2, by=5))


main()
