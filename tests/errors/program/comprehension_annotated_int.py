import torch
from typing import List


def f(x: List[int]):
    y: int = [i for i in x]
    return y
