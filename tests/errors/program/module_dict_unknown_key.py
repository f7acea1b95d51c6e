import torch
from torch import nn

class L(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({"a": L()})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers["b"](x)
