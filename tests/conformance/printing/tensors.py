# TorchScript: tensors print as in C++.
import torch


def main():
    print(torch.arange(3))
    print(torch.tensor([[1.5, 2.0], [-3.0, 0.25]]))
    print(torch.tensor(7), torch.tensor([True, False]))
    print(torch.zeros(0), torch.ones(2, 1, 2))


main()
