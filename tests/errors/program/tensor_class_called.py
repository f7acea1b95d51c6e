import torch


def f(n: int) -> torch.Tensor:
    return torch.Tensor(n)
