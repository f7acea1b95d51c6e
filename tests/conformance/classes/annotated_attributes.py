# Attributes declared in the class.
# TorchScript: text inside containers prints without quotes.
import torch
from typing import Dict, List, Optional


class Record:
    name: str
    tags: List[str]

    def __init__(self, name: str):
        self.name = name
        self.tags = torch.jit.annotate(List[str], [])
        self.counts: Dict[str, int] = {}
        self.parent = torch.jit.annotate(Optional[str], None)

    def tag(self, t: str) -> None:
        self.tags.append(t)
        self.counts[t] = self.counts.get(t, 0) + 1


def main():
    r = Record("x")
    for t in ["a", "b", "a"]:
        r.tag(t)
    r.parent = "root"
    print(r.name, r.tags, r.counts, r.parent)


main()
