# Elements and slices of a ModuleList by constant positions.
import torch
from torch import nn


class Power(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.n = n

    def forward(self, x: int) -> int:
        y = 1
        for _ in range(self.n):
            y *= x
        return y


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.powers = nn.ModuleList([Power(1), Power(2), Power(3)])

    def forward(self):
        print(self.powers[0](5), self.powers[2](5), self.powers[-1](2))
        for p in self.powers[1:]:
            print(p.forward(3))


Main()()
