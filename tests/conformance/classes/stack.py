# A stack class over a list.
from typing import List


class Stack:
    def __init__(self):
        self.items: List[int] = []

    def push(self, x: int) -> None:
        self.items.append(x)

    def pop(self) -> int:
        return self.items.pop()

    def empty(self) -> bool:
        return len(self.items) == 0


def reverse(xs: List[int]) -> List[int]:
    stack = Stack()
    for x in xs:
        stack.push(x)
    out: List[int] = []
    while not stack.empty():
        out.append(stack.pop())
    return out


def main():
    print(reverse([1, 2, 3, 4]))


main()
