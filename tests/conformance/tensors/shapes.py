# view, reshape, transpose, permute, squeeze, unsqueeze.
# TorchScript: sizes print as lists.
import torch


def main():
    x = torch.arange(24)
    y = x.view(2, 3, 4)
    print(y.size(), y.size(1), y.dim(), y.shape, y.permute(2, 0, 1).size(), y.transpose(0, 2).size())
    print(x.reshape(4, -1).size(), y.unsqueeze(0).squeeze(0).size() == y.size(), y.flatten(1).size())


main()
