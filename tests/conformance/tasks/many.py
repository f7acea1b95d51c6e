# A list of tasks.
import torch


def square(x: int) -> int:
    return x * x


def main():
    futures = [torch.jit.fork(square, i) for i in range(5)]
    print([torch.jit.wait(f) for f in futures])


main()
