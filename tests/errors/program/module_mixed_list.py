import torch


class M(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = [1, "a"]
    def forward(self, x):
        return self.a
