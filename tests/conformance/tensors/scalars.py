# Between tensors and numbers.
import torch


def main():
    x = torch.tensor(41)
    n = int(x) + 1
    print(n, x.item() == 41, float(torch.tensor(0.5)) == 0.5, bool(torch.tensor(0)), int(torch.tensor([7])))


main()
