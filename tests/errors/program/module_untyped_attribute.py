from torch import nn

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = {}

    def forward(self) -> int:
        return self.table["a"]
