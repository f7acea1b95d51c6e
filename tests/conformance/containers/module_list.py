# A loop over a ModuleList is unrolled.
import torch
from torch import nn


class Add(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.n = n

    def forward(self, x: int) -> int:
        return x * 2 + self.n


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Add(i) for i in range(4)])

    def forward(self):
        x = 1
        for layer in self.layers:
            x = layer(x)
        print(x, len(self.layers))
        for i, layer in enumerate(self.layers):
            print(i, layer(i))


Main()()
