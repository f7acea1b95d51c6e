# Lists of numbers from tensors.
import torch
from typing import List


def main():
    x = torch.arange(8).view(2, 2, 2)
    flat: List[int] = x.flatten().tolist()
    deep: List[List[List[int]]] = x.tolist()
    flags: List[bool] = (x[0, 0] > 0).tolist()
    print(flat, deep, flags)


main()
