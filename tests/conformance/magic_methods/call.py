# Objects that are called.
class Affine:
    def __init__(self, a: int, b: int):
        self.a = a
        self.b = b

    def __call__(self, x: int) -> int:
        return self.a * x + self.b


def main():
    f = Affine(2, 1)
    print(f(0), f(10), f(f(3)))


main()
