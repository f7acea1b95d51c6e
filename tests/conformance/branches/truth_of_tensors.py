# A tensor with one element is a condition.
import torch


def main():
    x = torch.tensor([3])
    if x > 2:
        print("larger")
    if x == 4:
        print("equal")
    else:
        print("different")
    while x < 5:
        x = x + 1
    print(int(x), "yes" if x.sum() == 5 else "no")


main()
