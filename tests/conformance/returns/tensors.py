# Several tensors of one function.
import torch
from typing import Tuple


def parts(x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
    positive = x > 0
    return x[positive], x[~positive]


def main():
    a, b = parts(torch.tensor([1, -2, 3, 0]))
    print(int(a.sum()), int(b.sum()), a.numel(), b.numel())


main()
