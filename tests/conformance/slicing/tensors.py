# Slices of tensors are views: writing to them writes to the whole.
import torch


def main():
    x = torch.arange(10)
    y = x[2:8:3]
    y[0] = 100
    x[:2] = -1
    x[-1:] += 5
    values: list[int] = x.tolist()
    print(values)


main()
