# Comparisons give masks.
import torch


def main():
    a = torch.tensor([1, 5, 3])
    b = torch.tensor([4, 2, 3])
    print(int((a < b).sum()), int((a == b).sum()), bool((a != b).any()), bool((a > 0).all()), torch.equal(a, b))
    print(int(torch.where(a > b, a, b).sum()))


main()
