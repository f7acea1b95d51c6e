# A method that forward does not call is compiled when it is exported.
import torch
from torch import nn


class Numbers(nn.Module):
    @torch.jit.export
    def double(self, x: int) -> int:
        return 2 * x

    def forward(self, x: int) -> int:
        return x + 1


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.numbers = Numbers()

    def forward(self):
        print(self.numbers(1), self.numbers.double(21))


Net()()
