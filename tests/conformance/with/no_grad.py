# torch.no_grad turns the recording of gradients off.
import torch


def main():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.no_grad():
        y = x * 2
        inside = torch.is_grad_enabled()
    print(y.requires_grad, inside)


main()
