# Several results of one function.
from typing import List, Tuple


def extremes(xs: List[int]) -> Tuple[int, int, float]:
    low, high, total = xs[0], xs[0], 0
    for x in xs:
        low = min(low, x)
        high = max(high, x)
        total += x
    return low, high, total / len(xs)


def main():
    low, high, mean = extremes([4, 8, 1, 7])
    print(low, high, int(mean), extremes([2, 2])[1])


main()
