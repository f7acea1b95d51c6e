import torch
from torch import nn

class L(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = L()

    def forward(self, n: int) -> torch.Tensor:
        return self.layer(n)
