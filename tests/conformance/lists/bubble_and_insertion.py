# Two slow sorts agree.
from typing import List


def bubble(xs: List[int]) -> List[int]:
    xs = xs[:]
    for i in range(len(xs)):
        for j in range(len(xs) - 1 - i):
            if xs[j] > xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]
    return xs


def insertion(xs: List[int]) -> List[int]:
    out: List[int] = []
    for x in xs:
        i = 0
        while i < len(out) and out[i] < x:
            i += 1
        out.insert(i, x)
    return out


def main():
    xs = [9, 4, 7, 1, 8, 2, 2, 5]
    print(bubble(xs), bubble(xs) == insertion(xs), xs)


main()
