import torch
from typing import List, Dict


def f(x: List[int]):
    y: List[int] = {i: i for i in x}
    return y
