# A cell applied step by step.
# TorchScript: sizes print as lists.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(2)
        self.cell = nn.GRUCell(2, 3)

    def forward(self):
        h = torch.zeros(1, 3)
        for x in torch.arange(8).view(4, 1, 2).float():
            h = self.cell(x, h)
        print(h.size(), int(round(float(h.sum()) * 10000)))


Main()()
