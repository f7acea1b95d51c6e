# layer_norm and normalize.
import torch
import torch.nn.functional as F


def main():
    x = torch.tensor([[1.0, 2.0, 3.0]])
    print("%.4f" % float(F.layer_norm(x, [3])[0, 2]), "%.4f" % float(F.normalize(x, dim=1)[0, 0]))


main()
