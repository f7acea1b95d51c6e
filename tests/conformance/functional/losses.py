# Losses.
import torch
import torch.nn.functional as F


def main():
    x = torch.tensor([[2.0, 0.5, -1.0], [0.0, 1.0, 0.0]])
    y = torch.tensor([0, 2])
    print(int(round(float(F.cross_entropy(x, y)) * 10000)), int(round(float(F.nll_loss(F.log_softmax(x, dim=1), y)) * 10000)))
    a, b = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
    print(int(round(float(F.mse_loss(a, b)) * 10000)), int(round(float(F.l1_loss(a, b, reduction="sum")) * 10000)))


main()
