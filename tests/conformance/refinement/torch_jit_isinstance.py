# torch.jit.isinstance tells containers by their element types.
import torch
from typing import Any, Dict, List


def kind(x: Any) -> str:
    if torch.jit.isinstance(x, List[int]):
        return "ints " + str(sum(x))
    if torch.jit.isinstance(x, List[str]):
        return "strs " + "".join(x)
    if torch.jit.isinstance(x, Dict[str, int]):
        return "dict " + str(x["a"])
    return "?"


def main():
    print(kind([1, 2]), kind(["a", "b"]), kind({"a": 5}), kind(1))


main()
