# A loop over a tensor goes along its first dimension.
import torch


def main():
    total = 0
    for row in torch.arange(6).view(3, 2):
        total = total * 10 + int(row.sum())
    print(total)


main()
