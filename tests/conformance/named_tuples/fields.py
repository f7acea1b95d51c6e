# Fields by name and by position.
from typing import NamedTuple


class Point(NamedTuple):
    x: int
    y: int


def manhattan(a: Point, b: Point) -> int:
    return abs(a.x - b.x) + abs(a.y - b.y)


def main():
    p = Point(1, 2)
    q = Point(y=7, x=4)
    print(manhattan(p, q), p.x, q[1], p == Point(1, 2))
    x, y = q
    print(x, y)


main()
