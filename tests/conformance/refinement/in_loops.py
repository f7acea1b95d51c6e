# An Optional that becomes something on the way.
from typing import List, Optional


def maximum(xs: List[int]) -> Optional[int]:
    best: Optional[int] = None
    for x in xs:
        if best is None or x > best:
            best = x
    return best


def main():
    print(maximum([3, 9, 2]), maximum([]), maximum([-5]))


main()
