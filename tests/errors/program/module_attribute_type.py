from torch import nn

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.count = 0

    def forward(self) -> int:
        self.count = "one"
        return 1
