# Methods of a module that forward calls.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(torch.arange(5).float())

    def lookup(self, i: int) -> int:
        return int(self.table[i])

    def total(self, upto: int) -> int:
        sum = 0
        for i in range(upto):
            sum += self.lookup(i)
        return sum

    def forward(self):
        print([self.total(n) for n in range(6)])


Main()()
