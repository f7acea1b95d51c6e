# A module that recognises a pattern, one symbol after the other.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("table", torch.tensor([[1, 0], [1, 2], [3, 0], [3, 3]]))
        self.state = 0

    def feed(self, symbol: str) -> bool:
        column = 0 if symbol == "a" else 1
        self.state = int(self.table[self.state, column])
        return self.state == 3

    def forward(self):
        for c in "bbabab":
            print(c, self.feed(c), self.state)


Main()()
