# A task is started and waited for.
import torch


def work(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


def main():
    future = torch.jit.fork(work, 10)
    direct = work(4)
    print(direct, torch.jit.wait(future))


main()
