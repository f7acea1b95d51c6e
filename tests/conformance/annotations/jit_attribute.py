# torch.jit.Attribute gives an attribute its type.
import torch
from torch import nn
from typing import Dict, List


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.seen = torch.jit.Attribute([], List[int])
        self.names = torch.jit.Attribute({}, Dict[int, str])

    def forward(self):
        print("ok")


Main()()
