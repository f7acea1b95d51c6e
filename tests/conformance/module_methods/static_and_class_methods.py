# Static and class methods of modules.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 3

    @staticmethod
    def twice(n: int) -> int:
        return 2 * n

    @classmethod
    def more(cls, n: int) -> int:
        return n + 10

    def forward(self) -> None:
        print(self.twice(self.n), self.more(self.n))


m = Main()
m()
