from enum import Enum

class Color(Enum):
    RED = 1

def f(c: Color) -> bool:
    return c == 1
