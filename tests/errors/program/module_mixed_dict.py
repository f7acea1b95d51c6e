import torch


class M(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.names = {"a": 1, "b": "c"}

    def forward(self, x):
        return self.names
