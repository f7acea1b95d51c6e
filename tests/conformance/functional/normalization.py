# layer_norm and normalize.
import torch
import torch.nn.functional as F


def main():
    x = torch.tensor([[1.0, 2.0, 3.0]])
    print(int(round(float(F.layer_norm(x, [3])[0, 2]) * 10000)), int(round(float(F.normalize(x, dim=1)[0, 0]) * 10000)))


main()
