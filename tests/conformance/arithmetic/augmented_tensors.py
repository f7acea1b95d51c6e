# TorchScript: &=, |=, ^= and **= make a new tensor, <<= and >>= change it in place; in Python all of them do.
import torch


def main():
    a = torch.tensor([7, 8])
    b = a
    a &= 6
    a |= 8
    a ^= 3
    a **= 2
    c = a
    a <<= 1
    a >>= 2
    print(torch.equal(a, torch.tensor([84, 60])), torch.equal(b, torch.tensor([7, 8])), torch.equal(a, c))


main()
