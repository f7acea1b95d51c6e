# Who has won.
from typing import List


def winner(board: List[str]) -> str:
    lines: List[str] = []
    for i in range(3):
        lines.append(board[i])
        lines.append("".join([row[i] for row in board]))
    lines.append("".join([board[i][i] for i in range(3)]))
    lines.append("".join([board[i][2 - i] for i in range(3)]))
    for line in lines:
        if line == "XXX" or line == "OOO":
            return line[0]
    return "nobody"


def main():
    print(winner(["XO.", "XO.", "X.."]), winner(["XXO", "XO.", "O.."]), winner(["XO.", "OXO", "X.O"]))


main()
