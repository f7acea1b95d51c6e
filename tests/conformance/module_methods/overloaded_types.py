# A method for tensors and a method for numbers.
import torch
from torch import nn


class Main(nn.Module):
    def of_number(self, x: int) -> int:
        return x + 1

    def of_tensor(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1

    def forward(self):
        print(self.of_number(1), int(self.of_tensor(torch.tensor(1))))


Main()()
