# Extension: the towers of Hanoi.
from typing import List


def hanoi(n: int, source: str, target: str, spare: str, moves: List[str]) -> None:
    if n == 0:
        return
    hanoi(n - 1, source, spare, target, moves)
    moves.append(source + target)
    hanoi(n - 1, spare, target, source, moves)


def main():
    moves: List[str] = []
    hanoi(3, "A", "C", "B", moves)
    print(" ".join(moves), len(moves))


main()
