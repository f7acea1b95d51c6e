# Operators of a class: two-dimensional vectors.
class Vector:
    def __init__(self, x: int, y: int):
        self.x = x
        self.y = y

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, by: int) -> "Vector":
        return Vector(self.x * by, self.y * by)

    def __neg__(self) -> "Vector":
        return Vector(-self.x, -self.y)

    def text(self) -> str:
        return f"<{self.x} {self.y}>"


def main():
    a, b = Vector(1, 2), Vector(10, 20)
    print((a + b).text(), (a - b).text(), (a * 3).text(), (-a).text(), (a + b * 2 - a).text())


main()
