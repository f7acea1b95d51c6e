# TorchScript: tensors inside lists and tuples.
import torch


def main():
    print([torch.tensor(1), torch.tensor([2, 3])], (torch.ones(1), "x"))


main()
