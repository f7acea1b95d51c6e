import torch
from typing import List, Dict


def f(x: List[int]) -> int:
    return [i for i in x]
