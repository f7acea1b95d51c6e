import torch

def f(x: torch.Tensor) -> int:
    y = x.tolist()
    return 1
