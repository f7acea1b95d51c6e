# None makes a dimension of size one.
# TorchScript: sizes print as lists.
import torch


def main():
    x = torch.arange(3)
    print(x[None].size(), x[:, None].size(), x[None, :, None].size())
    table = x[:, None] * x[None, :]
    print(table.size(), int(table.sum()))


main()
