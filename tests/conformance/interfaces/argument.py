# An object given where an interface is wanted.
import torch


@torch.jit.interface
class Greeter:
    def greet(self, name: str) -> str:
        pass

    def count(self) -> int:
        pass


@torch.jit.script
class Polite:
    def __init__(self):
        self.n = 0

    def greet(self, name: str) -> str:
        self.n += 1
        return "good day, " + name

    def count(self) -> int:
        return self.n


@torch.jit.script
class Rude:
    def __init__(self):
        pass

    def greet(self, name: str) -> str:
        return "hey " + name

    def count(self) -> int:
        return -1


def use(g: Greeter) -> str:
    return g.greet("ada") + "/" + g.greet("bob") + "/" + str(g.count())


def main():
    print(use(Polite()), use(Rude()))


main()
