# Rule 90 draws a triangle.
from typing import List


def step(cells: List[int], rule: int) -> List[int]:
    n = len(cells)
    return [(rule >> (4 * cells[(i - 1) % n] + 2 * cells[i] + cells[(i + 1) % n])) & 1 for i in range(n)]


def main():
    cells = [0] * 31
    cells[15] = 1
    for _ in range(8):
        print("".join(["#" if c == 1 else " " for c in cells]) + "|")
        cells = step(cells, 90)


main()
