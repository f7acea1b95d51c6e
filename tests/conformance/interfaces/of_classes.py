# Two classes behind one interface.
import torch
from typing import List


@torch.jit.interface
class Shape:
    def area(self) -> int:
        pass


@torch.jit.script
class Box:
    def __init__(self, w: int, h: int):
        self.w = w
        self.h = h

    def area(self) -> int:
        return self.w * self.h


@torch.jit.script
class Square:
    def __init__(self, side: int):
        self.side = side

    def area(self) -> int:
        return self.side * self.side


def total(shapes: List[Shape]) -> int:
    sum = 0
    for s in shapes:
        sum += s.area()
    return sum


def main():
    shapes: List[Shape] = [Box(2, 3), Square(4)]
    print(total(shapes))


main()
