# Two conditions joined by `and`, and by `or` of their opposites.
from typing import Optional


def add(a: Optional[int], b: Optional[int]) -> int:
    if a is not None and b is not None:
        return a + b
    return 0


def subtract(a: Optional[int], b: Optional[int]) -> int:
    if a is None or b is None:
        return 0
    return a - b


def main():
    print(add(1, 2), add(1, None), subtract(9, 2), subtract(None, None))


main()
