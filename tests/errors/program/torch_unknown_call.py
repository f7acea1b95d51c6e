import torch


def f(x):
    return torch.foo(x)
