# order=True compares field by field.
import torch
from dataclasses import dataclass


@torch.jit.script
@dataclass(order=True)
class Version:
    major: int
    minor: int


def main():
    a, b = Version(1, 9), Version(1, 10)
    print(a < b, a <= b, a > b, a >= b, a == b)


main()
