# Defaults of every type that is written into an archive in a way of its own.
from typing import NamedTuple, Tuple

import torch


class Point(NamedTuple):
    x: int
    y: int


def described(turn: complex = 2 - 1j, at: Point = Point(1, -2), limits: Tuple[float, int] = (0.5, 3)) -> str:
    return str(turn == 2 - 1j) + " " + str(at.x - at.y) + " " + str(limits[0] * limits[1])


def shifted(x: torch.Tensor, by: torch.Tensor = torch.tensor([1, 2])) -> torch.Tensor:
    return x + by


def main():
    print(described(), described(1j), described(at=Point(5, 5)))
    print(int(shifted(torch.tensor([3, 4])).sum()))


main()
