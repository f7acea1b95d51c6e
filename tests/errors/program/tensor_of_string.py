import torch

def f() -> torch.Tensor:
    return torch.tensor("text")
