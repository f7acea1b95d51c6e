from typing import NamedTuple

class Point(NamedTuple):
    x: int
    y: int

def f(p: Point) -> int:
    p.x = 3
    return 1
