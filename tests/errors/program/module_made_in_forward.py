import torch
from torch import nn

class L(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

class M(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return L()(x)
