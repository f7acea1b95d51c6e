# A default that is filled in.
from typing import List, Optional


def append(x: int, to: Optional[List[int]] = None) -> List[int]:
    if to is None:
        to = []
    to.append(x)
    return to


def main():
    print(append(1), append(2, [0]), append(3))


main()
