# Dataclasses with equal fields are equal.
import torch
from dataclasses import dataclass


@torch.jit.script
@dataclass
class Pair:
    a: int
    b: str


def main():
    print(Pair(1, "x") == Pair(1, "x"), Pair(1, "x") == Pair(1, "y"))


main()
