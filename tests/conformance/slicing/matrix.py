# Rows, columns, blocks and borders of a matrix.
import torch
from typing import List


def show(x: torch.Tensor) -> None:
    rows: List[List[int]] = x.tolist()
    for row in rows:
        print(row)


def main():
    m = torch.arange(20).view(4, 5)
    show(m[1:3])
    show(m[:, 1:3])
    show(m[::2, ::2])
    show(m[-2:, -2:])


main()
