# A hook sees inputs and output, and may change the output.
import torch
from torch import nn
from typing import Tuple


class Add(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1


def triple(self, inputs: Tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
    print("hook", int(inputs[0]), int(output))
    return output * 3


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.add = Add()
        self.add.register_forward_hook(triple)

    def forward(self):
        print(int(self.add(torch.tensor(4))))


Main()()
