# A tensor of positions picks elements, in its own shape.
# TorchScript: sizes print as lists.
import torch
from typing import List


def main():
    x = torch.tensor([10, 20, 30, 40])
    at = torch.tensor([[3, 0], [1, 1]])
    picked: List[List[int]] = x[at].tolist()
    print(picked)
    m = torch.arange(12).view(3, 4)
    print(m[torch.tensor([2, 0])].size(), int(m[torch.tensor([0, 1]), torch.tensor([2, 3])].sum()))


main()
