# How often a tensor was changed in place, and which result of its function it is.
# TorchScript: both are methods, and attributes in CPython.
import torch


def main():
    x = torch.ones(2)
    before = x._version()
    x.add_(1)
    x.mul_(2)
    print(x._version() - before, x.output_nr())


main()
