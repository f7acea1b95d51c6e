# A polynomial by Horner's rule, in whole numbers and in floats.
from typing import List


def evaluate(coefficients: List[int], x: int) -> int:
    value = 0
    for c in coefficients:
        value = value * x + c
    return value


def evaluate_float(coefficients: List[float], x: float) -> float:
    value = 0.0
    for c in coefficients:
        value = value * x + c
    return value


def main():
    print([evaluate([1, -6, 11, -6], x) for x in range(5)])
    print("%f" % evaluate_float([0.5, -1.25, 3.0], 1.5))


main()
