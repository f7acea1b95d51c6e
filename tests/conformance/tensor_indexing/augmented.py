# Parts of a tensor change in place.
import torch
from typing import List


def main():
    m = torch.ones(2, 3, dtype=torch.int64)
    m[0] += 10
    m[:, 1] *= 3
    m[1, 2] -= 5
    rows: List[List[int]] = m.tolist()
    print(rows)


main()
