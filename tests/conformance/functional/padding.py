# Padding and one-hot vectors.
# TorchScript: sizes print as lists.
import torch
from typing import List
import torch.nn.functional as F


def main():
    x = torch.ones(2, 2)
    print(F.pad(x, [1, 1]).size(), int(F.pad(x, [0, 1, 2, 0], value=3.0).sum()))
    rows: List[List[int]] = F.one_hot(torch.tensor([0, 2]), 4).tolist()
    print(rows)


main()
