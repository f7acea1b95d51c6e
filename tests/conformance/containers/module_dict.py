# A ModuleDict: items, keys, values, constant keys.
import torch
from torch import nn


class Times(nn.Module):
    def __init__(self, by: int):
        super().__init__()
        self.by = by

    def forward(self, x: int) -> int:
        return x * self.by


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.ops = nn.ModuleDict({"two": Times(2), "five": Times(5)})

    def forward(self):
        for name, op in self.ops.items():
            print(name, op(10))
        print(self.ops["five"](3), "two" in self.ops, "six" in self.ops, len(self.ops))
        total = 0
        for op in self.ops.values():
            total += op(1)
        print(total)


Main()()
