# Attributes that never change: Final and __constants__.
import torch
from torch import nn
from typing import Final


class Main(nn.Module):
    __constants__ = ["deep"]
    size: Final[int]

    def __init__(self):
        super().__init__()
        self.size = 3
        self.deep = True

    def forward(self):
        if self.deep:
            print("deep", self.size)
        else:
            print("shallow")


Main()()
