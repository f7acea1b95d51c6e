from enum import Enum

class Color(Enum):
    RED = 1
    GREEN = "g"

def f(c: Color) -> bool:
    return c == Color.RED
