# Members in lists and as arguments.
from enum import Enum
from typing import List


class Move(Enum):
    LEFT = -1
    STAY = 0
    RIGHT = 1


def walk(moves: List[Move]) -> int:
    return sum([m.value for m in moves])


def main():
    moves = [Move.RIGHT, Move.RIGHT, Move.LEFT, Move.STAY]
    print(walk(moves), moves[0] == moves[1], moves[2] == Move.LEFT)


main()
