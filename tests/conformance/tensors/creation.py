# Tensors from lists, ranges, constants.
# TorchScript: sizes print as lists.
import torch


def main():
    print(torch.tensor([1, 2, 3]).size(), torch.zeros(2, 3).size(), torch.ones([4]).numel())
    print(torch.arange(2, 10, 3).size(), int(torch.eye(3).sum()), int(torch.full([2, 2], 7).sum()))
    print(torch.tensor([[1.5, 2.0]]).dtype == torch.float32, torch.tensor([True]).dtype == torch.bool)


main()
