# cat, stack, split, chunk.
# TorchScript: sizes print as lists.
import torch


def main():
    a = torch.arange(6).view(2, 3)
    print(torch.cat([a, a]).size(), torch.cat([a, a], dim=1).size(), torch.stack([a, a], 1).size())
    parts = torch.split(torch.arange(10), 4)
    print(len(parts), [p.numel() for p in parts], [c.numel() for c in torch.chunk(torch.arange(9), 2)])
    left, right = torch.arange(4).chunk(2)
    print(int(left.sum()), int(right.sum()))


main()
