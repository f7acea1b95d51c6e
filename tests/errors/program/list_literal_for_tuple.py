import torch
from typing import List, Tuple


def f(x: int):
    y: Tuple[int, int] = [x, x]
    return y
