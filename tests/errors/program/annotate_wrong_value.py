import torch
from typing import List

def f() -> List[int]:
    return torch.jit.annotate(List[int], ["a"])
