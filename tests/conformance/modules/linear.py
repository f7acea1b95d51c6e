# A parameter of a module, and a linear map.
# TorchScript: sizes print as lists.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.arange(6).view(2, 3).float())
        self.bias = nn.Parameter(torch.tensor([1.0, -1.0]))

    def forward(self):
        x = torch.ones(4, 3)
        y = x @ self.weight.t() + self.bias
        print(y.size(), int(y.sum()))


Main()()
