# An attribute is refined through a local variable.
import torch
from typing import Optional


class Node:
    def __init__(self, value: int):
        self.value = value
        self.label = torch.jit.annotate(Optional[str], None)

    def title(self) -> str:
        label = self.label
        if label is not None:
            return label.upper()
        return str(self.value)


def main():
    node = Node(7)
    before = node.title()
    node.label = "seven"
    print(before, node.title())


main()
