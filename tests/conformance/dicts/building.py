# Items set, replaced and read.
from typing import Dict


def main():
    squares: Dict[int, int] = {}
    for i in range(4):
        squares[i] = i * i
    squares[2] = -4
    squares[0] += 10
    print(squares, len(squares), squares[3])


main()
