import torch


def f(x):
    s = 0
    for i in range(x.sum()):
        s += i
    return s
