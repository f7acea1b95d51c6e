# Greatest common divisors, and the coefficients that give them.
from typing import Tuple


def gcd(a: int, b: int) -> int:
    while b != 0:
        a, b = b, a % b
    return a


def extended(a: int, b: int) -> Tuple[int, int, int]:
    x0, x1, y0, y1 = 1, 0, 0, 1
    while b != 0:
        q = a // b
        a, b = b, a - q * b
        x0, x1 = x1, x0 - q * x1
        y0, y1 = y1, y0 - q * y1
    return a, x0, y0


def main():
    print(gcd(48, 36), gcd(17, 5), gcd(0, 9), gcd(1071, 462))
    g, x, y = extended(240, 46)
    print(g, x, y, 240 * x + 46 * y == g)


main()
