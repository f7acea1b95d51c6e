# A game solved backwards.
from typing import List


def winning(limit: int, moves: List[int]) -> List[bool]:
    table = [False] * (limit + 1)
    for n in range(1, limit + 1):
        for m in moves:
            if m <= n and not table[n - m]:
                table[n] = True
    return table


def main():
    lost: List[int] = []
    for n, won in enumerate(winning(20, [1, 3, 4])):
        if not won:
            lost.append(n)
    print(lost)


main()
