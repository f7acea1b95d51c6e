import torch

def g(a: torch.Tensor) -> int:
    return a.dim()

def f() -> int:
    return g(None)
