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
        self.double = Scale(2)
        self.triple = Scale(3)

    def forward(self):
        print(int(self.double(self.triple(torch.tensor(7)))), self.double.by, self.triple.by)


Main()()
