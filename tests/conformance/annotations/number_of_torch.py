# torch.types.Number is any of float, int and bool.
import torch
from torch.types import Number


def name(x: Number) -> str:
    if isinstance(x, bool):
        return "bool"
    elif isinstance(x, int):
        return "int"
    else:
        return "float"


def doubled(x: torch.types.Number) -> float:
    assert isinstance(x, float)
    return x * 2


def main():
    print(name(1), name(2.5), name(True), doubled(0.25))


main()
