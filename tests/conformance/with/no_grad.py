# torch.no_grad turns the recording of gradients off.
import torch


def main():
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = x * 2
    z = x * 2
    print(y.requires_grad, z.requires_grad)


main()
