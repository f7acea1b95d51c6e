# TorchScript: element types print as numbers, devices as text.
import torch


def main():
    x = torch.ones(2, 3)
    print(x.dtype, x.device, x.size(), x.shape)


main()
