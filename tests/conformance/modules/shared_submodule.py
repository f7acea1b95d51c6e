# One module under two names.
import torch
from torch import nn


class Store(nn.Module):
    def __init__(self):
        super().__init__()
        self.value = 1

    def forward(self) -> int:
        self.value *= 2
        return self.value


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Store()
        self.b = self.a

    def forward(self):
        print(self.a(), self.b(), self.a(), self.b.value)


Main()()
