# __post_init__ runs after the fields are set.
import torch
from dataclasses import dataclass


@torch.jit.script
@dataclass
class Range:
    low: int
    high: int

    def __post_init__(self):
        if self.low > self.high:
            self.low, self.high = self.high, self.low


def main():
    r = Range(9, 2)
    print(r.low, r.high)


main()
