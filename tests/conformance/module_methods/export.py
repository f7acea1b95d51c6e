# A method that forward does not call is compiled when it is exported.
import torch
from torch import nn


class Main(nn.Module):
    @torch.jit.export
    def double(self, x: int) -> int:
        return 2 * x

    def forward(self):
        print(self.double(21))


m = Main()
m()
print(m.double(4))
