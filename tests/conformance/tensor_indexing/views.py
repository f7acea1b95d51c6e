# A row is a view of the matrix.
import torch


def main():
    m = torch.zeros(2, 2)
    row = m[0]
    row += 1
    copy = m[1].clone()
    copy += 100
    print(int(m.sum()))


main()
