# Members, their names and values.
from enum import Enum


class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 4


def mix(a: Color, b: Color) -> int:
    return a.value | b.value


def main():
    print(Color.RED.name, Color.RED.value, mix(Color.RED, Color.BLUE))
    print(Color.GREEN == Color.GREEN, Color.GREEN != Color.BLUE)


main()
