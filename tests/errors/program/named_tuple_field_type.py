from typing import NamedTuple

class Point(NamedTuple):
    x: int
    y: int

def f() -> int:
    return Point(1, "two").x
