# Arithmetic with broadcasting.
import torch
from typing import List


def main():
    a = torch.arange(3)
    b = torch.arange(2).unsqueeze(1)
    rows: List[List[int]] = (a + b * 10).tolist()
    print(rows)
    print((a * 2 - 1).sum() == 3, int((a ** 2).sum()), int((10 - a)[0]), int((7 // (a + 1)).sum()))


main()
