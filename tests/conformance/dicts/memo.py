# A table of results that were computed before.
from typing import Dict


def ways(steps: int) -> int:
    known: Dict[int, int] = {0: 1, 1: 1}
    for n in range(2, steps + 1):
        known[n] = known[n - 1] + known[n - 2]
    return known[steps]


def main():
    print([ways(n) for n in range(10)], ways(60))


main()
