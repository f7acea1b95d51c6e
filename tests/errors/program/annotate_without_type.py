import torch

def f() -> int:
    return torch.jit.annotate(1)
