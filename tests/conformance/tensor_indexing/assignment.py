# Elements, rows and masked elements are set.
import torch
from typing import List


def show(m: torch.Tensor) -> None:
    rows: List[List[int]] = m.tolist()
    print(rows)


def main():
    m = torch.zeros(2, 3, dtype=torch.int64)
    m[0, 1] = 5
    m[1] = torch.tensor([7, 8, 9])
    show(m)
    m[m > 7] = -1
    m[0][2] = 4
    show(m)
    m[torch.tensor([0, 1]), torch.tensor([0, 0])] = 6
    show(m)


main()
