# Indices of every kind together.
import torch




def main():
    x = torch.arange(24).view(2, 3, 4)
    print(list(x[1, torch.tensor([2, 0]), 1:3].shape), list(x[[1, 0]].shape), list(x[..., -1].shape), list(x[None, ..., 0, None].shape))
    print(int(x[0, 1, 2]), x[:, [0, 2], 1].sum().item())


main()
