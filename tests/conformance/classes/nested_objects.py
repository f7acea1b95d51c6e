# Objects with objects as attributes.
class Point:
    def __init__(self, x: int, y: int):
        self.x = x
        self.y = y


class Rectangle:
    def __init__(self, low: Point, high: Point):
        self.low = low
        self.high = high

    def area(self) -> int:
        return (self.high.x - self.low.x) * (self.high.y - self.low.y)

    def move(self, dx: int) -> None:
        self.low.x += dx
        self.high.x += dx


def main():
    r = Rectangle(Point(1, 2), Point(4, 6))
    r.move(10)
    print(r.area(), r.low.x, r.high.x)
    r.low = Point(0, 0)
    print(r.area())


main()
