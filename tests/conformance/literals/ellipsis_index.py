# An ellipsis stands for all dimensions that an index leaves out.
# TorchScript: sizes print as lists.
import torch
from typing import List


def main():
    x = torch.arange(24).view(2, 3, 4)
    rows: List[List[int]] = x[..., 0].tolist()
    print(rows)
    print(x[0, ...].size(), x[..., 1:3].size())


main()
