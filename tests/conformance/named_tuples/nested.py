# Named tuples inside named tuples.
from typing import NamedTuple


class Point(NamedTuple):
    x: int
    y: int


class Line(NamedTuple):
    start: Point
    end: Point


def length(line: Line) -> int:
    return abs(line.end.x - line.start.x) + abs(line.end.y - line.start.y)


def main():
    print(length(Line(Point(0, 0), Point(3, 4))), Line(Point(1, 2), Point(3, 4)).end.y)


main()
