import torch

def f(x: torch.Tensor) -> bool:
    return hasattr(x, "dtype")
