# TorchScript: a method that is marked as unused raises; in Python it is called.
import torch


@torch.jit.script
class Counter:
    def __init__(self, count: int):
        self.count = count

    @torch.jit.unused
    def unique(self, other: int) -> int:
        return len({self.count, other})


def main():
    print(Counter(3).unique(4))


main()
