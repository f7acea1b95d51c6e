# A Sequential with names.
import torch
from collections import OrderedDict
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(OrderedDict([("first", nn.ReLU()), ("second", nn.Softmax(dim=0))]))

    def forward(self):
        print(int(round(float(self.net(torch.tensor([-1.0, 1.0]))[1]) * 10000)), int(round(float(self.net.first(torch.tensor(-2.0))) * 10)))


Main()()
