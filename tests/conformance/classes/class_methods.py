# Extension: class methods, called on the class and on an object.
class Point:
    def __init__(self, x: int, y: int):
        self.x = x
        self.y = y

    @classmethod
    def origin(cls) -> "Point":
        return cls(0, 0)

    @classmethod
    def diagonal(cls, n: int) -> "Point":
        return cls(n, cls.scaled(n))

    @staticmethod
    def scaled(n: int) -> int:
        return 2 * n

    def text(self) -> str:
        return f"{self.x},{self.y}"


def main():
    print(Point.origin().text(), Point.diagonal(3).text(), Point(1, 1).diagonal(5).text())


main()
