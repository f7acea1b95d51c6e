# Modules in modules in modules.
import torch
from torch import nn


class Leaf(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.n = n

    def forward(self, x: int) -> int:
        return x * 10 + self.n


class Branch(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.left = Leaf(n)
        self.right = Leaf(n + 1)

    def forward(self, x: int) -> int:
        return self.right(self.left(x))


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Branch(1)
        self.second = Branch(3)

    def forward(self):
        print(self.second(self.first(0)), self.first.left.n, self.second.right.n)


Main()()
