# The same seed gives the same numbers.
import torch


def main():
    torch.manual_seed(3)
    a = torch.rand(4)
    torch.manual_seed(3)
    b = torch.rand(4)
    print(torch.equal(a, b), bool((a >= 0).all() & (a < 1).all()), int(torch.randint(0, 10, [20]).max()) < 10)


main()
