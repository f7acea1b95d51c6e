# One element, one row, one column.
# TorchScript: sizes print as lists.
import torch


def main():
    m = torch.arange(12).view(3, 4)
    print(int(m[1, 2]), int(m[-1][-1]), m[0].size(), m[:, 1].size(), int(m[2].sum()))


main()
