# The game of life by shifting a tensor.
import torch
from typing import List


def step(world: torch.Tensor) -> torch.Tensor:
    around = torch.zeros_like(world)
    for dy in range(-1, 2):
        for dx in range(-1, 2):
            if dy != 0 or dx != 0:
                around += torch.roll(world, [dy, dx], [0, 1])
    return ((around == 3) | ((around == 2) & (world == 1))).to(torch.int64)


def show(world: torch.Tensor) -> str:
    rows: List[List[int]] = world.tolist()
    return "/".join(["".join(["#" if c == 1 else "." for c in row]) for row in rows])


def main():
    world = torch.zeros(5, 5, dtype=torch.int64)
    world[1, 2] = 1
    world[2, 3] = 1
    world[3, 1:4] = 1
    for _ in range(4):
        print(show(world))
        world = step(world)


main()
