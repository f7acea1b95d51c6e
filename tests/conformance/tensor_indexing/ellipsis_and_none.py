# Ellipsis, None, integers and slices together.
# TorchScript: sizes print as lists.
import torch


def main():
    x = torch.arange(24).view(2, 3, 4)
    print(x[..., None].size(), x[None, ..., 1].size(), x[1, ..., 2:].size(), x[..., 1, None, ::2].size())


main()
