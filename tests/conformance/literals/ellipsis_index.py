# An ellipsis stands for all dimensions that an index leaves out.
import torch


def main():
    x = torch.arange(24).view(2, 3, 4)
    print(x[..., 0].tolist() == [[0, 4, 8], [12, 16, 20]])
    print(x[0, ...].size(), x[..., 1:3].size())


main()
