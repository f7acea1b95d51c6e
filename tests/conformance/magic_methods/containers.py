# len, [], in, and item assignment of a class.
from typing import List


class Ring:
    def __init__(self, size: int):
        self.items = [0 for _ in range(size)]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, i: int) -> int:
        return self.items[i % len(self.items)]

    def __setitem__(self, i: int, value: int) -> None:
        self.items[i % len(self.items)] = value

    def __contains__(self, value: int) -> bool:
        return value in self.items


def main():
    ring = Ring(3)
    for i in range(5):
        ring[i] = i * 10
    print(len(ring), ring[0], ring[4], ring[-1], 30 in ring, 10 in ring)


main()
