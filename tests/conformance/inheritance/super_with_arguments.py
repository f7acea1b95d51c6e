# super(Class, self), as programs for Python 2 were written.
import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, by: int):
        super(Scale, self).__init__()
        self.by = by

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.by


class Twice(Scale):
    def __init__(self):
        super(Twice, self).__init__(2)


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = Scale(5)
        self.twice = Twice()

    def forward(self):
        print(int(self.twice(self.scale(torch.tensor(3)))), self.twice.by)


Main()()
