# A class method, called on an object.
class Counter:
    def __init__(self, n: int):
        self.n = n

    @classmethod
    def step(cls, by: int) -> int:
        return by + 1

    @staticmethod
    def half(n: int) -> int:
        return n // 2

    def up(self):
        self.n += self.step(2)


def main():
    c = Counter(4)
    c.up()
    print(c.n, c.step(9), Counter.half(c.n))


main()
