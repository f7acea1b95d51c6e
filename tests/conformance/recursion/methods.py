# Extension: a method that calls itself: n queens.
from typing import List


class Board:
    def __init__(self, n: int):
        self.n = n
        self.columns: List[int] = []

    def free(self, column: int) -> bool:
        row = len(self.columns)
        for r, c in enumerate(self.columns):
            if c == column or abs(c - column) == row - r:
                return False
        return True

    def solutions(self) -> int:
        if len(self.columns) == self.n:
            return 1
        count = 0
        for column in range(self.n):
            if self.free(column):
                self.columns.append(column)
                count += self.solutions()
                self.columns.pop()
        return count


def main():
    print([Board(n).solutions() for n in range(1, 7)])


main()
