# Attributes of many types.
# TorchScript: text inside containers prints without quotes.
import torch
from torch import nn
from typing import Dict, List, Optional


class Main(nn.Module):
    names: List[str]
    counts: Dict[str, int]
    last: Optional[str]

    def __init__(self):
        super().__init__()
        self.names = ["a", "b"]
        self.counts = {}
        self.last = None
        self.scale = 2
        self.on = True

    def see(self, name: str) -> None:
        if name in self.names:
            self.counts[name] = self.counts.get(name, 0) + self.scale
            self.last = name

    def forward(self):
        for name in ["a", "c", "a", "b"]:
            self.see(name)
        print(self.counts, self.last, self.names, self.on)


Main()()
