import torch

def f(x: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.frobnicate(x)
