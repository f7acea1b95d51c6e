# math functions with whole results.
import math


def main():
    print(math.floor(2.5), math.ceil(2.5), math.gcd(12, 18), math.factorial(10))
    print(math.isnan(0.5), math.isinf(math.inf), math.isfinite(1.0))


main()
