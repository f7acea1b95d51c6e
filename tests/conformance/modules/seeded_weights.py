# Layers are initialised with the same numbers everywhere.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(7)
        self.linear = nn.Linear(3, 2)
        self.conv = nn.Conv1d(1, 2, 3)

    def forward(self):
        print("%.4f" % float(self.linear(torch.ones(1, 3)).sum()), "%.4f" % float(self.conv(torch.ones(1, 1, 5)).sum()))


Main()()
