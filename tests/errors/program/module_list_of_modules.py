import torch


class M(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = [torch.nn.ReLU()]
    def forward(self, x):
        for l in self.a:
            x = l(x)
        return x
