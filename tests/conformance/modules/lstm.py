# A layer of LSTM.
# TorchScript: sizes print as lists.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(4)
        self.lstm = nn.LSTM(3, 5, batch_first=True)

    def forward(self):
        y, (h, c) = self.lstm(torch.ones(2, 4, 3))
        print(y.size(), h.size(), int(round(float(y.sum()) * 10000)), int(round(float(c.sum()) * 10000)))


Main()()
