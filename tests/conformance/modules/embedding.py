# A table of vectors.
# TorchScript: sizes print as lists.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(6, 2)
        nn.init.constant_(self.embedding.weight, 0.25)

    def forward(self):
        y = self.embedding(torch.tensor([[1, 2, 3]]))
        print(y.size(), int(round(float(y.sum()) * 100)))


Main()()
