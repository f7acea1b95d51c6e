# A binary heap.
from typing import List


class Heap:
    def __init__(self):
        self.items: List[int] = []

    def push(self, x: int) -> None:
        self.items.append(x)
        i = len(self.items) - 1
        while i > 0 and self.items[(i - 1) // 2] > self.items[i]:
            up = (i - 1) // 2
            self.items[i], self.items[up] = self.items[up], self.items[i]
            i = up

    def pop(self) -> int:
        top = self.items[0]
        last = self.items.pop()
        n = len(self.items)
        if n > 0:
            self.items[0] = last
            i = 0
            while True:
                child = 2 * i + 1
                if child >= n:
                    break
                if child + 1 < n and self.items[child + 1] < self.items[child]:
                    child += 1
                if self.items[i] <= self.items[child]:
                    break
                self.items[i], self.items[child] = self.items[child], self.items[i]
                i = child
        return top


def main():
    heap = Heap()
    for x in [5, 3, 8, 1, 9, 2]:
        heap.push(x)
    print([heap.pop() for _ in range(6)])


main()
