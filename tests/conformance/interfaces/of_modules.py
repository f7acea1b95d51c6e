# Submodules behind an interface.
import torch
from torch import nn


@torch.jit.interface
class Layer(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass


class Double(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2


class Main(nn.Module):
    layer: Layer

    def __init__(self):
        super().__init__()
        self.layer = Double()

    def forward(self) -> None:
        print(int(self.layer.forward(torch.tensor(21))))


Main()()
