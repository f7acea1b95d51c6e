# A convolution by loops and by the operator.
import torch


def by_hand(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    n = x.size(0) - w.size(0) + 1
    out = torch.zeros(n)
    for i in range(n):
        out[i] = (x[i:i + w.size(0)] * w).sum()
    return out


def main():
    x = torch.arange(8).float()
    w = torch.tensor([1.0, 0.0, -2.0])
    a = by_hand(x, w)
    b = torch.conv1d(x.view(1, 1, 8), w.view(1, 1, 3)).flatten()
    print(torch.equal(a, b), int(a.sum()))


main()
