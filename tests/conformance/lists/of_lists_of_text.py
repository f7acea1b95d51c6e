# A game of life on rows of text.
from typing import List


def step(world: List[str]) -> List[str]:
    height, width = len(world), len(world[0])
    out: List[str] = []
    for y in range(height):
        row = ""
        for x in range(width):
            alive = 0
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    if dx == 0 and dy == 0:
                        continue
                    if world[(y + dy) % height][(x + dx) % width] == "#":
                        alive += 1
            row += "#" if alive == 3 or (alive == 2 and world[y][x] == "#") else "."
        out.append(row)
    return out


def main():
    world = [".....", "..#..", "..#..", "..#..", "....."]
    for generation in range(3):
        print("\n".join(world) + "\n")
        world = step(world)


main()
