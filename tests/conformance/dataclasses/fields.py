# A dataclass writes its own __init__.
import torch
from dataclasses import dataclass


@torch.jit.script
@dataclass
class Point:
    x: int
    y: int

    def norm1(self) -> int:
        return abs(self.x) + abs(self.y)


def main():
    p = Point(3, -4)
    p.x += 1
    print(p.norm1(), p.x, p.y)


main()
