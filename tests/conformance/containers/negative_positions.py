# Constant positions from the end, and keys, of containers of modules.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.ReLU(), nn.Identity(), nn.Hardtanh()])
        self.net = nn.Sequential(nn.Identity(), nn.ReLU())
        self.named = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Identity()})

    def forward(self) -> None:
        x = torch.tensor([-2.0, 3.0])
        print(int(self.layers[-1](x).sum()), int(self.layers[-3](x).sum()), int(self.net[-1](x).sum()), int(self.named["b"](x).sum()))
        print(len(self.layers), len(self.net), "a" in self.named, "c" in self.named)


m = Main()
m()
