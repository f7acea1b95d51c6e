# Two clusters of points on a line.
import torch


def main():
    x = torch.tensor([1.0, 2.0, 3.0, 10.0, 11.0, 12.0])
    centers = torch.tensor([0.0, 5.0])
    for _ in range(5):
        nearest = (x[:, None] - centers[None, :]).abs().argmin(dim=1)
        for k in range(2):
            members = x[nearest == k]
            if members.numel() > 0:
                centers[k] = members.mean()
    print(int(centers[0]), int(centers[1]))


main()
