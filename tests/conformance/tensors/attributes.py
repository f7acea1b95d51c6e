# What a tensor knows of itself.
# TorchScript: sizes print as lists.
import torch


def main():
    x = torch.zeros(2, 3)
    print(x.shape, x.ndim, x.numel(), x.is_contiguous(), x.t().is_contiguous(), x.requires_grad, x.is_cuda)
    print(x.stride(), x.t().stride(), x.size()[1], len(x), x.T.shape)


main()
