import torch

def f(x: torch.Tensor):
    return tuple(x)
