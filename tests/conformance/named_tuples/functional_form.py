# collections.namedtuple with fields of tensors.
import torch
from collections import namedtuple

Pair = namedtuple("Pair", ["first", "second"])


def swap(p: Pair) -> Pair:
    return Pair(p.second, p.first)


def main():
    p = swap(Pair(torch.tensor(1), torch.tensor(2)))
    print(int(p.first), int(p.second))


main()
