# Comparing with None.
from typing import Optional


def state(x: Optional[int]) -> str:
    if x is None:
        return "empty"
    return "zero" if x == 0 else "full"


def main():
    print(state(None), state(0), state(1))


main()
