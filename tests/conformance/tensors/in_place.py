# Operators that change their tensor.
import torch


def main():
    x = torch.zeros(3)
    y = x
    x.add_(2).mul_(3)
    x += 1
    y[0] = 100
    print(int(x.sum()), int(y.sum()))
    z = x.clone()
    z.fill_(1)
    print(int(x.sum()), int(z.sum()))


main()
