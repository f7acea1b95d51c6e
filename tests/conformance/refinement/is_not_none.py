# After `is not None` the value is there.
from typing import Optional


def double(x: Optional[int]) -> int:
    if x is not None:
        return x * 2
    return -1


def main():
    print(double(4), double(None))


main()
