# A hook before the call may change the inputs.
import torch
from torch import nn
from typing import Tuple


class Negate(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return -x


def ten_more(self, inputs: Tuple[torch.Tensor]) -> Tuple[torch.Tensor]:
    return (inputs[0] + 10,)


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.negate = Negate()
        self.negate.register_forward_pre_hook(ten_more)

    def forward(self):
        print(int(self.negate(torch.tensor(1))))


Main()()
