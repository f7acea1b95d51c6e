"""Small classes: attributes read and written, methods, operators."""


class Vector:
    def __init__(self, x: float, y: float):
        self.x = x
        self.y = y

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y)

    def dot(self, other: "Vector") -> float:
        return self.x * other.x + self.y * other.y


class Counter:
    def __init__(self):
        self.count = 0
        self.total = 0

    def add(self, value: int):
        self.count += 1
        self.total += value

    def mean(self) -> int:
        return self.total // self.count


def run(n: int) -> float:
    position = Vector(0.0, 0.0)
    counter = Counter()
    energy = 0.0
    for i in range(n):
        velocity = Vector(0.5, 0.25 * float(i % 8))
        position = position + velocity
        energy += position.dot(velocity)
        counter.add(i % 100)
        if counter.mean() > 60:
            energy -= 1.0
    return energy + float(counter.total)
