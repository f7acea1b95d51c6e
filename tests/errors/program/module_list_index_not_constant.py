import torch
from torch import nn

class L(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([L(), L()])

    def forward(self, x: torch.Tensor, i: int) -> torch.Tensor:
        return self.layers[i](x)
