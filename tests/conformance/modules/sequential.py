# Layers one behind the other.
# TorchScript: sizes print as lists.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self):
        y = self.net(torch.ones(3, 4))
        print(y.size(), len(self.net), bool((y[0] == y[1]).all()))


Main()()
