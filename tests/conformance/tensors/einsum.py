# Sums of products by letters.
# TorchScript: sizes print as lists.
import torch


def main():
    a = torch.arange(6).view(2, 3).float()
    b = torch.arange(12).view(3, 4).float()
    print(torch.equal(torch.einsum("ij,jk->ik", a, b), a @ b), int(torch.einsum("ij->", a)), torch.einsum("ij->ji", a).size())


main()
