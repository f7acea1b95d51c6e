# train and eval.
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)

    def forward(self):
        print(self.training, int(self.dropout(torch.ones(10)).sum()) == 10)


Net().eval()()
