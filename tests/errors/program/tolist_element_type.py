import torch
from typing import List

def f(x: torch.Tensor) -> List[str]:
    y: List[str] = x.tolist()
    return y
