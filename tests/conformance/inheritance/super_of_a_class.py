# Extension: PyTorch compiles no inheritance and no super(). The class that super() names says where the search begins.
class Shape:
    def __init__(self, name: str):
        self.name = name

    def text(self) -> str:
        return "shape " + self.name


class Box(Shape):
    def __init__(self, name: str, side: int):
        super(Box, self).__init__(name)
        self.side = side

    def text(self) -> str:
        return "box " + self.name


class Cube(Box):
    def __init__(self, side: int):
        super(Cube, self).__init__("c", side)

    def text(self) -> str:
        return super(Cube, self).text() + " " + super(Box, self).text()


def main():
    print(Cube(3).text())


main()
