# Tensors of one element become numbers where numbers are wanted.
import torch


def main():
    n = torch.tensor(3)
    print(int(n) + 1, torch.arange(int(n)).numel(), [7, 8, 9, 10][int(n)])


main()
