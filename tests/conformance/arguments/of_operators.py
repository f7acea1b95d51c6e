# Operators take keywords and defaults too.
# TorchScript: sizes print as lists.
import torch


def main():
    x = torch.arange(6).view(2, 3)
    a = torch.sum(x, dim=1)
    b = torch.sum(input=x, dim=0, keepdim=True)
    c = x.sum(dim=(0, 1))
    print(a.size(), b.size(), int(c), torch.flatten(x, start_dim=0).numel())


main()
