import torch


def add_text(x: int):
    return x.upper()


def outer(x: torch.Tensor):
    return inner(x)


def inner(x: torch.Tensor):
    return x.foo()


def fine(x: int) -> int:
    return x + 1


print(fine(2))
