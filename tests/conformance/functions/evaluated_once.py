# Operands are evaluated once, from left to right.
# Extension: PyTorch evaluates indices of tensors, arguments of dict() and left operands of % several times, and what is added to
# an item before the item
from typing import List, Tuple

import torch


def one(what: str) -> int:
    print(what)
    return 1


def pairs() -> List[Tuple[str, int]]:
    print("pairs")
    return [("a", 1)]


def emptied(xs: List[int]) -> int:
    xs[0] = 0
    return 5


def main():
    x = torch.tensor([10, 20, 30])
    print(int(x[one("index")]), dict(pairs())["a"], one("left") % 2)
    xs = [100, 200]
    xs[0] += emptied(xs)
    print(xs)


main()
