from typing import NamedTuple

class Point(NamedTuple):
    x: int
    y: int

def f(p: Point) -> int:
    return p.z
