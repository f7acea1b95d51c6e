# Layers and values side by side.
import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, by: int):
        super().__init__()
        self.by = by

    def forward(self, x: int) -> int:
        return x * self.by


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Scale(1), Scale(10), Scale(100)])

    def forward(self):
        total = 0
        for layer, digit in zip(self.layers, (7, 8, 9)):
            total += layer(digit)
        print(total)


Main()()
