# What a module remembers between calls.
import torch
from torch import nn


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return x * self.calls


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.counter = Counter()

    def forward(self):
        x = torch.tensor(1)
        for _ in range(4):
            x = self.counter(x)
        print(int(x), self.counter.calls)


Main()()
