# Blocks with a way around them.
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.act = nn.Tanh()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.act(self.linear(x))


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(5)
        self.blocks = nn.Sequential(*[Block(4) for _ in range(3)])

    def forward(self):
        print(int(round(float(self.blocks(torch.ones(1, 4)).sum()) * 10000)))


Main()()
