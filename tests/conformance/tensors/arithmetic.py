# Arithmetic with broadcasting.
import torch
from typing import List


def main():
    a = torch.arange(3)
    b = torch.arange(2).unsqueeze(1)
    rows: List[List[int]] = (a + b * 10).tolist()
    print(rows)
    print(int((a * 2 - 1).sum()), int((a ** 2).sum()), int((10 - a)[0]), int(((a + 7) // 2).sum()))


main()
