# A property of a module.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.width = 3
        self.height = 4

    @property
    def area(self) -> int:
        return self.width * self.height

    def forward(self):
        print(self.area)


Main()()
