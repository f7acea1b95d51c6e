# A loop over the layers of a Sequential, and its slices.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.ReLU(), nn.Hardtanh(), nn.Identity())

    def forward(self):
        x = torch.tensor([-3.0, 0.5, 7.0])
        for layer in self.net:
            x = layer(x)
            print(int(round(float(x.sum()) * 100)))
        print(len(self.net), int(round(float(self.net[0](torch.tensor([-1.0, 4.0])).sum()) * 100)))


Main()()
