# Modules inherit from modules.
import torch
from torch import nn


class Base(nn.Module):
    def __init__(self, bias: int):
        super().__init__()
        self.bias = bias

    def shift(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.bias

    def forward(self) -> None:
        print(int(self.shift(torch.zeros(2)).sum()))


class Main(Base):
    def __init__(self):
        super().__init__(5)
        self.factor = 3

    def forward(self) -> None:
        print(int((self.shift(torch.ones(2)) * self.factor).sum()))


Main()()
