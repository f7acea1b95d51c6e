# += changes the list that the caller has, and what follows changes the same one.
# Extension: PyTorch drops what is written to the list after that, as dead code.
from typing import List


def extends_and_deletes(xs: List[int]) -> int:
    xs += [5]
    del xs[3]
    return 1


def extends_and_appends(xs: List[int]) -> int:
    xs += [5]
    xs.append(6)
    xs[0] = 7
    return 1


def main():
    xs = [1, 2, 3]
    extends_and_deletes(xs)
    print(xs)
    extends_and_appends(xs)
    print(xs)


main()
