# A module that calls functions of its file.
import torch
from torch import nn


def clamp(x: torch.Tensor, low: int, high: int) -> torch.Tensor:
    return torch.clamp(x, low, high)


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = -2

    def forward(self):
        print(int(clamp(torch.arange(-5, 5), self.low, 1).sum()))


Main()()
