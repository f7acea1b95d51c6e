# TorchScript: division of floats by zero is what floating point has for it, and / makes floats; in Python it raises an exception.
import math


def quotient(a: int, b: int) -> float:
    return a / b


def main():
    print(quotient(1, 0), quotient(-1, 0), math.isnan(quotient(0, 0)))
    zero = quotient(0, 1)
    print(1.5 / zero, -1.5 / zero, 2 / zero, 1.5 // zero, math.isnan(1.5 % zero))


main()
