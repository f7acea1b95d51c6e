# view with one size, which is no dtype.
import torch


def main():
    x = torch.arange(6)
    n = x.size(0)
    print(x.view(2, 3).view(-1).size(0), x.view(6).sum().item(), x.view(n).dim(), x.view(-1, 2).size(0))


main()
