# In-place operators of lists and objects.
from typing import List


class Total:
    def __init__(self, n: int):
        self.n = n

    def __iadd__(self, more: int) -> "Total":
        self.n += more
        return self

    def __mul__(self, by: int) -> "Total":
        return Total(self.n * by)


def main():
    xs = [1, 2]
    same = xs
    xs *= 2
    xs += [3]
    print(xs, same)
    total = Total(1)
    held = total
    total += 4
    total *= 10
    print(total.n, held.n)


main()
