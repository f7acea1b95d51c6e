# Methods that call each other, in any order.
class Machine:
    def __init__(self):
        self.log = ""

    def run(self, program: str) -> str:
        for c in program:
            self.step(c)
        return self.result()

    def step(self, c: str) -> None:
        if c == "<":
            self.log = self.log[:-1]
        else:
            self.add(c)

    def add(self, c: str) -> None:
        self.log += c

    def result(self) -> str:
        return "[" + self.log + "]"


def main():
    print(Machine().run("abc<<d"), Machine().run("<x"))


main()
