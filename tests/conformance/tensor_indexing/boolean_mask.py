# A mask picks elements.
import torch
from typing import List


def main():
    x = torch.tensor([4, -1, 7, -3, 0])
    picked: List[int] = x[x > 0].tolist()
    print(picked, x[x < -5].numel())
    m = torch.arange(6).view(2, 3)
    rows: List[List[int]] = m[torch.tensor([False, True])].tolist()
    print(rows, int(m[m % 2 == 1].sum()))


main()
