# Positions that are variables.
import torch


def trace(m: torch.Tensor) -> int:
    total = 0
    for i in range(m.size(0)):
        total += int(m[i, i])
    return total


def main():
    m = torch.arange(16).view(4, 4)
    print(trace(m), trace(m[1:, :3]), int(m[m.size(0) - 1, 0]))


main()
