# A function with a named result.
import torch
from typing import List, NamedTuple


class Split(NamedTuple):
    small: List[int]
    large: List[int]


def split(xs: List[int], at: int) -> Split:
    result = Split(torch.jit.annotate(List[int], []), torch.jit.annotate(List[int], []))
    for x in xs:
        if x < at:
            result.small.append(x)
        else:
            result.large.append(x)
    return result


def main():
    s = split([5, 1, 9, 3], 4)
    print(s.small, s.large)


main()
