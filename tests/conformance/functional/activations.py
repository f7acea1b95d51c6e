# Functions of torch.nn.functional.
import torch
import torch.nn.functional as F


def main():
    x = torch.tensor([-1.0, 0.0, 2.0])
    print(int(F.relu(x).sum()), "%.4f" % float(F.softmax(x, dim=0)[2]), "%.4f" % float(torch.sigmoid(x).sum()))
    print("%.4f %.4f" % (float(F.gelu(x).sum()), float(F.elu(x, alpha=0.5).sum())))
    print("%.4f" % float(F.leaky_relu(x, 0.1)[0]), int(F.hardtanh(x).sum()))


main()
