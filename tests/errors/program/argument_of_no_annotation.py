import torch
from torch import nn


class M(nn.Module):
    def scaled(self, x, by):
        return x * by

    def forward(self, x):
        return self.scaled(x, 2)
