# torch.tensor makes leaves of gradients.
import torch


def main():
    x = torch.tensor(3.0, requires_grad=True)
    y = torch.tensor([1.0, 2.0], requires_grad=True)
    print(x.requires_grad, y.requires_grad, torch.tensor(1.0).requires_grad, (x * y).requires_grad)


main()
