# TorchScript: a tensor stands for the number in it, but none of floats for a whole one; in Python it stays a tensor.
import torch


def double(n: int) -> int:
    return n * 2


def main():
    print(double(torch.tensor(4)))
    print(double(torch.tensor(2.5)))


main()
