# append, extend, insert, +, *.
# TorchScript: text inside containers prints without quotes.
from typing import List


def main():
    xs: List[int] = []
    for i in range(3):
        xs.append(i * i)
    xs.extend([100, 200])
    xs.insert(0, -1)
    xs.insert(3, 50)
    print(xs, xs + [7], [0] * 4, 2 * ["ab"], len(xs))
    xs += [8, 9]
    print(xs)


main()
