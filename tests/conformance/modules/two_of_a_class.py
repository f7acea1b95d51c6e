# Two modules of one class, with other constants.
import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, by: int):
        super().__init__()
        self.by = by

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.by


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.twice = Scale(2)
        self.thrice = Scale(3)

    def forward(self):
        print(int(self.twice(self.thrice(torch.tensor(7)))), self.twice.by, self.thrice.by)


Main()()
