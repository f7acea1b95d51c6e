import torch
from typing import List


def f(x: int):
    y: int = [x]
    return y
