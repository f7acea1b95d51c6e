# An Optional tensor.
import torch
from typing import Optional


def masked_sum(x: torch.Tensor, mask: Optional[torch.Tensor] = None) -> int:
    if mask is not None:
        x = x[mask]
    return int(x.sum())


def main():
    x = torch.arange(5)
    print(masked_sum(x), masked_sum(x, x > 2))


main()
