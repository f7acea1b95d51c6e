# State that is no parameter.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("total", torch.zeros(2))
        self.register_buffer("steps", torch.tensor(0))

    def add(self, x: torch.Tensor) -> torch.Tensor:
        self.total = self.total + x
        self.steps += 1
        return self.total / self.steps

    def forward(self):
        for i in range(3):
            mean = self.add(torch.tensor([float(i), 1.0]))
            print(int(self.steps), int(round(float(mean[0]) * 100)), int(round(float(mean[1]) * 100)))


Main()()
