import torch
from typing import List


def f(x: int):
    y: List[int] = {x: x}
    return y
