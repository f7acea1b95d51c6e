# Functions of torch.nn.functional.
import torch
import torch.nn.functional as F


def main():
    x = torch.tensor([-1.0, 0.0, 2.0])
    print(int(F.relu(x).sum()), int(round(float(F.softmax(x, dim=0)[2]) * 10000)), int(round(float(torch.sigmoid(x).sum()) * 10000)))
    print(int(round(float(F.gelu(x).sum()) * 10000)), int(round(float(F.elu(x, alpha=0.5).sum()) * 10000)))
    print(int(round(float(F.leaky_relu(x, 0.1)[0]) * 10000)), int(F.hardtanh(x).sum()))


main()
