# A condition refines the rest of its own expression.
from typing import List, Optional


def long_enough(xs: Optional[List[int]]) -> bool:
    return xs is not None and len(xs) > 2


def size(xs: Optional[List[int]]) -> int:
    return len(xs) if xs is not None else -1


def main():
    print(long_enough([1, 2, 3]), long_enough([1]), long_enough(None), size(None), size([1, 2]))


main()
