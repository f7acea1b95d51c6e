# Points of the integer grid, as pairs.
from typing import List, Tuple


def inside(radius: int) -> List[Tuple[int, int]]:
    points: List[Tuple[int, int]] = []
    for x in range(-radius, radius + 1):
        for y in range(-radius, radius + 1):
            if x * x + y * y <= radius * radius:
                points.append((x, y))
    return points


def main():
    print(inside(1), [len(inside(r)) for r in range(6)])


main()
