# Lines built in a loop.
from typing import List


def report(names: List[str], points: List[int]) -> str:
    text = ""
    for i, name in enumerate(names):
        text += f"{i + 1}. {name}: {points[i]} point{'' if points[i] == 1 else 's'}\n"
    return text + f"total: {sum(points)}"


def main():
    print(report(["ada", "bob", "cyd"], [3, 1, 0]))


main()
