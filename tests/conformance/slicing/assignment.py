# Blocks of a matrix are set to a number and to another block.
import torch
from typing import List


def main():
    m = torch.zeros(3, 4, dtype=torch.long)
    m[0, 1:] = 7
    m[1:, :2] = torch.tensor([[1, 2], [3, 4]])
    m[:, -1] += 10
    rows: List[List[int]] = m.tolist()
    print(rows)


main()
