# Compensated summation loses less.
from typing import List


def plain(values: List[float]) -> float:
    total = 0.0
    for v in values:
        total += v
    return total


def compensated(values: List[float]) -> float:
    total = 0.0
    lost = 0.0
    for v in values:
        y = v - lost
        t = total + y
        lost = (t - total) - y
        total = t
    return total


def main():
    values = [1.0] + [1e-16] * 10
    print(plain(values) == 1.0, compensated(values) > 1.0)


main()
