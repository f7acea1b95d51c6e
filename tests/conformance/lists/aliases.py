# Two names for one list; copies are lists of their own.
from typing import List


def push(xs: List[int]) -> None:
    xs.append(99)


def main():
    a = [1, 2]
    b = a
    c = a.copy()
    d = a[:]
    e = list(a)
    b.append(3)
    push(a)
    print(a, b, c, d, e, a is b)


main()
