# A small network for images.
# TorchScript: sizes print as lists.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                                      nn.Conv2d(4, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.classify = nn.Linear(8, 3)

    def forward(self):
        x = torch.arange(64).view(1, 1, 8, 8).float() / 64
        y = self.classify(torch.flatten(self.features(x), 1))
        print(y.size(), int(round(float(y.sum()) * 10000)))


Main()()
