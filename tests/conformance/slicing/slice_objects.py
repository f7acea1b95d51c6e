# Slices as objects.
import torch


def main():
    s = slice(1, 3)
    xs = [1, 2, 3, 4]
    print(xs[s], xs[slice(2)], xs[slice(0, None, 2)], "abcdef"[slice(1, 4)])
    t = (1, 2, 3)
    print(t[slice(0, 2)])
    x = torch.arange(12).view(3, 4)
    print(int(x[s].sum()), int(x[s, 0].sum()), int(x[0, slice(None, 2)].sum()), x[:, s].size(1))


main()
