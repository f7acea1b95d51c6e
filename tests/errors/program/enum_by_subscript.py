from enum import Enum


class Color(Enum):
    RED = 1


def f() -> int:
    return Color["RED"].value
