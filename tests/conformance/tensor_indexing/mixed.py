# Integers, slices and index tensors in one subscript.
# TorchScript: sizes print as lists.
import torch
from typing import List


def main():
    x = torch.arange(24).view(2, 3, 4)
    a: List[List[int]] = x[1, torch.tensor([2, 0]), 1:3].tolist()
    b = x[:, torch.tensor([0, 2]), torch.tensor([1, 3])]
    print(a, b.size(), int(b.sum()))


main()
