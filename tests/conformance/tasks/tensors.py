# Two halves of a sum.
import torch


def part(x: torch.Tensor) -> torch.Tensor:
    return (x * x).sum()


def main():
    x = torch.arange(10)
    future = torch.jit.fork(part, x[:5])
    print(int(part(x[5:]) + torch.jit.wait(future)))


main()
