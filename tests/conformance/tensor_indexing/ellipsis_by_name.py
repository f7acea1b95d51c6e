# Ellipsis is the name of ... .
import torch


def main():
    x = torch.arange(6).view(1, 2, 3)
    print(int(x[Ellipsis, 1].sum()), x[0, Ellipsis].size(0))


main()
