# Extension: super().__init__ and inherited attributes.
class Shape:
    def __init__(self, name: str):
        self.name = name

    def area(self) -> int:
        return 0

    def text(self) -> str:
        return self.name + " " + str(self.area())


class Box(Shape):
    def __init__(self, width: int, height: int):
        super().__init__("box")
        self.width = width
        self.height = height

    def area(self) -> int:
        return self.width * self.height


class Cube(Box):
    def __init__(self, side: int):
        super().__init__(side, side)
        self.name = "cube"

    def area(self) -> int:
        return 6 * super().area()


def main():
    print(Shape("dot").text(), Box(2, 3).text(), Cube(2).text())


main()
