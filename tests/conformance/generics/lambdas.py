# Extension: lambdas for parameters of functions.
from typing import List

SCALE = 10


def apply(f, x):
    return f(x)


def kept(xs: List[int], keep) -> List[int]:
    return [x for x in xs if keep(x)]


def main():
    print(apply(lambda x: x * 2, 21), apply(lambda s: s + "!", "hey"))
    print(kept([1, 2, 3, 4], lambda n: n % 2 == 0), kept([5, 6], keep=lambda n: n > 5))
    print(apply(lambda x: x * SCALE, 7))


main()
