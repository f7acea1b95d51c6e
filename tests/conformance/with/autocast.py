# Autocast: matrix products in 16 bits inside the block, also in functions that it calls, and nowhere else.
import torch
from torch import Tensor
from typing import Tuple


def product(a: Tensor, b: Tensor) -> Tensor:
    return torch.mm(a, b)


def nested(a: Tensor, b: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    with torch.autocast(device_type="cpu", dtype=torch.float16):
        c = product(a, b)
        with torch.amp.autocast("cpu", enabled=False):
            d = product(a, b)
        e = product(a, b)
    return c, d, e


def in_loop(a: Tensor, b: Tensor) -> Tensor:
    with torch.autocast("cpu"):
        x = a
        for i in range(2):
            x = torch.mm(x, b)
        return x


def main():
    a = torch.full((2, 2), 1.0039)
    b = torch.eye(2)
    c, d, e = nested(a, b)
    print(c.dtype == torch.float16, d.dtype == torch.float32, e.dtype == torch.float16)
    x = in_loop(a, b)
    print(x.dtype == torch.bfloat16, int(x.float().sum()))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        doubles = product(a.double(), b.double())
        print(doubles.dtype == torch.float64)
        widest = torch.mm(a, b) + a
        print(widest.dtype == torch.float32)
    print(product(a, b).dtype == torch.float32)


main()
