# A method that is marked as unused is not compiled: a call of it raises.
import torch


@torch.jit.script
class Counter:
    def __init__(self, count: int):
        self.count = count

    @torch.jit.unused
    def unique(self, *, other: int) -> int:
        return len({self.count, other})


def main():
    counter = Counter(3)
    print(counter.count)


main()
