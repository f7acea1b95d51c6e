# Sums, products, extremes, along dimensions.
import torch


def main():
    m = torch.tensor([[3, 1, 2], [9, 7, 8]])
    print(int(m.sum()), int(m.prod()), int(m.max()), int(m.min()), int(m.argmax()))
    values, indices = m.max(dim=1)
    print(int(values.sum()), int(indices.sum()), int(m.sum(0)[0]), "%f" % float(m.float().mean()))


main()
