# Extension: builtin functions, operators and classes for parameters.
import torch


class Box:
    def __init__(self, n: int):
        self.n = n


def apply(f, x):
    return f(x)


def main():
    print(apply(len, [1, 2, 3]), apply(str, 5), apply(abs, -2))
    print(apply(Box, 7).n, apply(torch.relu, torch.tensor([-1, 2])).sum().item())


main()
