# ModuleList and ModuleDict by variable positions and keys, behind an interface.
import torch
from torch import nn, Tensor


@torch.jit.interface
class Step(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class Add(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.n = n

    def forward(self, x: Tensor) -> Tensor:
        return x + self.n


class Scale(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 3


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = nn.ModuleList([Add(1), Scale(), Add(5)])
        self.named = nn.ModuleDict({"scale": Scale(), "add": Add(2)})

    def forward(self) -> None:
        x = torch.tensor(1)
        for i in range(3):
            step: Step = self.steps[i]
            x = step.forward(x)
        for name in ["add", "scale"]:
            named: Step = self.named[name]
            x = named.forward(x)
        print(int(x), int(self.steps[-1](x)), int(self.steps[0](x)), int(self.named["add"](x)))


m = Main()
m()
