# Without annotation a parameter is a tensor.
import torch


def normalized(x):
    return x - x.min()


def main():
    print(int(normalized(torch.tensor([5, 7, 9])).sum()))


main()
