# Tensors from lists, ranges, constants.
import torch


def main():
    print(torch.tensor([1, 2, 3]).size(), torch.zeros(2, 3).size(), torch.ones([4]).numel())
    print(torch.arange(2, 10, 3).size(), torch.eye(3).sum() == 3, torch.full([2, 2], 7).sum() == 28)
    print(torch.tensor([[1.5, 2.0]]).dtype == torch.float32, torch.tensor([True]).dtype == torch.bool)


main()
