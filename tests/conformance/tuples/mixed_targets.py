# Attributes and items are targets inside of tuples too.
class Point:
    def __init__(self, x: int):
        self.x = x


def main():
    point = Point(1)
    xs = [1, 2, 3]
    (point.x, xs[0]), last = (5, 6), 7
    print(point.x, xs, last)


main()
