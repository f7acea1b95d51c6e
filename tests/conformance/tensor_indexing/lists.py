# A list of positions.
import torch
from typing import List


def main():
    x = torch.arange(5) * 10
    picked: List[int] = x[[4, 0, 2]].tolist()
    print(picked)


main()
