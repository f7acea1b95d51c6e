# Extension: a binary tree in lists, walked recursively.
from typing import List


class Tree:
    def __init__(self):
        self.value: List[int] = []
        self.left: List[int] = []
        self.right: List[int] = []

    def insert(self, value: int) -> None:
        self.value.append(value)
        self.left.append(-1)
        self.right.append(-1)
        new = len(self.value) - 1
        at = 0
        while at != new:
            if value < self.value[at]:
                if self.left[at] == -1:
                    self.left[at] = new
                at = self.left[at]
            else:
                if self.right[at] == -1:
                    self.right[at] = new
                at = self.right[at]

    def walk(self, at: int, out: List[int]) -> None:
        if at != -1:
            self.walk(self.left[at], out)
            out.append(self.value[at])
            self.walk(self.right[at], out)

    def depth(self, at: int) -> int:
        if at == -1:
            return 0
        return 1 + max(self.depth(self.left[at]), self.depth(self.right[at]))


def main():
    tree = Tree()
    for x in [5, 2, 8, 1, 9, 3]:
        tree.insert(x)
    out: List[int] = []
    tree.walk(0, out)
    print(out, tree.depth(0))


main()
