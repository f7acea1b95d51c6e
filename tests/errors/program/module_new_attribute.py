from torch import nn

class M(nn.Module):
    def forward(self) -> int:
        self.count = 1
        return 1
