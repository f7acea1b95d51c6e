# A network with a hidden layer, its weights set by hand.
# TorchScript: sizes print as lists.
import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, inputs: int, hidden: int):
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, 1)
        nn.init.constant_(self.first.weight, 0.5)
        nn.init.zeros_(self.first.bias)
        nn.init.ones_(self.second.weight)
        nn.init.constant_(self.second.bias, -1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(F.relu(self.first(x)))


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net(3, 4)

    def forward(self):
        y = self.net(torch.arange(6).view(2, 3).float())
        print(y.size(), int(round(float(y.sum()) * 1000)))


Main()()
