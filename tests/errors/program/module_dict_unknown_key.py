import torch
from torch import nn

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({"a": nn.ReLU()})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers["b"](x)
