# A module that the other program imports.
class Square:
    def __init__(self, side: int):
        self.side = side

    def area(self) -> int:
        return self.side * self.side


UNIT = 7


def area_of(side: int) -> int:
    return Square(side).area()


def pair(a, b):
    return [a, b]
