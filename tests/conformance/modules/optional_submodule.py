# A submodule that may be None.
import torch
from torch import nn
from typing import Optional


class Net(nn.Module):
    def __init__(self, deep: bool):
        super().__init__()
        self.extra: Optional[nn.Module] = nn.Linear(2, 2) if deep else None
        self.deep = deep

    def forward(self, x: torch.Tensor) -> int:
        if self.extra is not None:
            x = torch.cat([x, self.extra(x)])
        return x.size(0)


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Net(True)
        self.b = Net(False)

    def forward(self):
        x = torch.ones(1, 2)
        print(self.a(x), self.b(x))


Main()()
