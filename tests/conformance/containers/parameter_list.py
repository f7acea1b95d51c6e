# Parameters in a list.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.ones(2) * i) for i in range(3)])

    def forward(self):
        total = 0
        for w in self.weights:
            total += int(w.sum())
        print(total)


Main()()
