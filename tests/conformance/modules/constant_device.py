# Devices, layouts and element types as constants of a module.
import torch
from torch import nn


class Main(nn.Module):
    __constants__ = ["where", "layout", "dtype"]

    def __init__(self):
        super().__init__()
        self.where = torch.device("cpu")
        self.layout = torch.strided
        self.dtype = torch.float64

    def forward(self):
        x = torch.zeros(2, device=self.where, dtype=self.dtype)
        print(x.dtype == torch.float64, self.where.type, self.layout == torch.strided)


Main()()
