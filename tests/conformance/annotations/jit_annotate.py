# torch.jit.annotate gives an expression its type.
# TorchScript: text inside containers prints without quotes.
import torch
from typing import Dict, List, Optional


def main():
    xs = torch.jit.annotate(List[int], [])
    xs.append(1)
    d = torch.jit.annotate(Dict[str, List[str]], {})
    d["a"] = ["b"]
    n = torch.jit.annotate(Optional[int], None)
    print(xs, d, n)


main()
