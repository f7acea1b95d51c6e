import torch
from torch import nn

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, n: int) -> torch.Tensor:
        return self.layer(n)
