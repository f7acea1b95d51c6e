# Tasks that start tasks.
import torch


def leaf(n: int) -> int:
    return n + 1


def node(n: int) -> int:
    a = torch.jit.fork(leaf, n)
    b = torch.jit.fork(leaf, n * 10)
    return torch.jit.wait(a) * torch.jit.wait(b)


def main():
    f = torch.jit.fork(node, 2)
    print(torch.jit.wait(f))


main()
