# A tensor may be asked more than once to record, and taken out of its history.
import torch


def energy(x: torch.Tensor) -> torch.Tensor:
    x.requires_grad_()
    return (x * x).sum()


def main():
    x = torch.tensor([1.0, 2.0])
    for _ in range(2):
        print(energy(x).requires_grad, x.requires_grad)
    x.requires_grad_(False)
    print(x.requires_grad)
    x.requires_grad_(True)
    x.detach_()
    print(x.requires_grad)


main()
