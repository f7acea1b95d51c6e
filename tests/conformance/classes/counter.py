# Attributes and methods.
class Counter:
    def __init__(self, start: int):
        self.count = start
        self.steps = 0

    def step(self, by: int = 1) -> int:
        self.count += by
        self.steps += 1
        return self.count


def main():
    counter = Counter(10)
    print(counter.step(), counter.step(5), counter.step(by=-3), counter.steps)
    counter.count = 0
    print(counter.step())


main()
