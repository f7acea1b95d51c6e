from torch import nn

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.ReLU()

    def forward(self) -> int:
        self.layer = nn.ReLU()
        return 1
