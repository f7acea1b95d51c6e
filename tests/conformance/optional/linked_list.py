# A linked list in two arrays, with None at its end.
import torch
from typing import List, Optional


class Chain:
    def __init__(self):
        self.values: List[str] = []
        self.next: List[Optional[int]] = []
        self.head = torch.jit.annotate(Optional[int], None)

    def push(self, value: str) -> None:
        self.values.append(value)
        self.next.append(self.head)
        self.head = len(self.values) - 1

    def text(self) -> str:
        out = ""
        at = self.head
        while at is not None:
            i = torch.jit._unwrap_optional(at)
            out += self.values[i] + ">"
            at = self.next[i]
        return out + "end"


def main():
    chain = Chain()
    for word in ["c", "b", "a"]:
        chain.push(word)
    print(chain.text())


main()
