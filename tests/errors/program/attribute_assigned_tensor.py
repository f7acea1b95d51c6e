import torch


class C:
    def __init__(self, x: int):
        self.a = x


def f(x):
    c = C(1)
    c.a = x
    return c.a
