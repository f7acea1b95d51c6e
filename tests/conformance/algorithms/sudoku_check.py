# Is every row, column and block complete?
from typing import Dict, List


def complete(numbers: List[int]) -> bool:
    seen: Dict[int, bool] = {}
    for n in numbers:
        seen[n] = True
    return len(seen) == len(numbers)


def valid(rows: List[List[int]]) -> bool:
    n = len(rows)
    for i in range(n):
        if not complete(rows[i]) or not complete([row[i] for row in rows]):
            return False
    for y in range(0, n, 2):
        for x in range(0, n, 2):
            if not complete(rows[y][x:x + 2] + rows[y + 1][x:x + 2]):
                return False
    return True


def main():
    print(valid([[1, 2, 3, 4], [3, 4, 1, 2], [2, 1, 4, 3], [4, 3, 2, 1]]))
    print(valid([[1, 2, 3, 4], [2, 3, 4, 1], [3, 4, 1, 2], [4, 1, 2, 3]]))


main()
