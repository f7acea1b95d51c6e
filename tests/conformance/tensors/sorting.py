# sort, topk, argsort, unique.
import torch
from typing import List


def ints(x: torch.Tensor) -> List[int]:
    out: List[int] = x.tolist()
    return out


def main():
    x = torch.tensor([5, 1, 4, 1, 9])
    values, order = torch.sort(x, stable=True)
    print(ints(values), ints(order), ints(torch.topk(x, 2)[0]), ints(torch.argsort(x, descending=True)[:3]))
    print(ints(torch.unique(x)), ints(torch.cumsum(x, 0)))


main()
