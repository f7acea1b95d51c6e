# A property is computed when it is read.
class Square:
    def __init__(self, side: int):
        self.side = side

    @property
    def area(self) -> int:
        return self.side * self.side


def main():
    s = Square(3)
    before = s.area
    s.side = 5
    print(before, s.area)


main()
