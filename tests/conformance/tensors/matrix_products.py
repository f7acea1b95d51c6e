# Products of matrices and vectors.
# TorchScript: sizes print as lists.
import torch
from typing import List


def main():
    a = torch.tensor([[1., 2.], [3., 4.]])
    b = torch.tensor([[0., 1.], [1., 0.]])
    v = torch.tensor([1., 10.])
    rows: List[List[float]] = (a @ b).tolist()
    print([[int(x) for x in row] for row in rows], int((a @ v).sum()), int(v @ v), torch.mm(a, b).size(), int(torch.dot(v, v)))


main()
