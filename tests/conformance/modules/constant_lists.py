# The lists among a module's constants are tuples.
# TorchScript: prints them as tuples, CPython as lists
from torch import nn


class Main(nn.Module):
    __constants__ = ["names", "sizes"]

    def __init__(self):
        super().__init__()
        self.names = ["a", "b"]
        self.sizes = [[1, 2], [3]]

    def forward(self):
        print(self.names)
        print(len(self.names), self.names[1], self.sizes[0][1])


Main()()
