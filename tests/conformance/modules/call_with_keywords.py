# Submodules called with keywords and defaults.
import torch
from torch import nn


class Mix(nn.Module):
    def forward(self, a: torch.Tensor, b: torch.Tensor, weight: int = 2, negate: bool = False) -> torch.Tensor:
        y = a + weight * b
        return -y if negate else y


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = Mix()

    def forward(self):
        a, b = torch.tensor(1), torch.tensor(10)
        print(int(self.mix(a, b)), int(self.mix(b=a, a=b)), int(self.mix(a, b, negate=True)), int(self.mix(a, b, weight=0)))


Main()()
