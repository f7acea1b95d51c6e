# One parameter in two submodules.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(2, 2, bias=False)
        self.decode = nn.Linear(2, 2, bias=False)
        nn.init.constant_(self.encode.weight, 0.5)
        self.decode.weight = self.encode.weight

    def forward(self):
        x = torch.tensor([[3.0, 5.0]])
        print(int(self.decode(self.encode(x)).sum()), torch.equal(self.encode.weight, self.decode.weight))


Main()()
