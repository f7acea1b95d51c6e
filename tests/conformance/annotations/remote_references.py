# References to what a process owns, as types.
from typing import Any, Dict, List, Optional

import torch
from torch.distributed.rpc import RRef


def total(refs: List[RRef[int]]) -> int:
    n = 0
    for ref in refs:
        if ref.is_owner() and ref.confirmed_by_owner():
            n += ref.to_here() + ref.to_here(5.0) + ref.local_value()
    return n


def owner(ref: Optional[RRef[torch.Tensor]]) -> str:
    return "nobody" if ref is None else ref.owner_name()


def kind(x: Any) -> str:
    return "reference" if torch.jit.isinstance(x, RRef[Dict[str, int]]) else "value"


def main():
    refs: List[RRef[int]] = []
    print(total(refs), owner(None), kind(3))


main()
