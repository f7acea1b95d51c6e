# What is not compiled may hold any Python.
import torch
from torch import nn


@torch.jit.ignore
def unique(x: int) -> int:
    return len({x, 1})


@torch.jit.unused
def pairs(n: int) -> int:
    match n:
        case 0:
            return 0
    return len([i for i in range(n) if (half := i // 2) > 0])


class Main(nn.Module):
    @torch.jit.unused
    def rows(self, n: int):
        yield n
        yield from range(n)

    @torch.jit.ignore(drop=True)
    def text(self, x: int) -> int:
        return len(b"bytes" + bytes(x))

    def forward(self):
        if not torch.jit.is_scripting():
            unique(1)
            pairs(1)
            self.text(1)
        print("compiled")


Main()
torch.jit.script(Main())()
