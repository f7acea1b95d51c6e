# A function without return gives None; a bare return leaves.
# TorchScript: text inside containers prints without quotes.
from typing import List


def log(lines: List[str], text: str) -> None:
    if len(lines) >= 2:
        return
    lines.append(text)


def main():
    lines: List[str] = []
    for word in ["a", "b", "c"]:
        log(lines, word)
    print(lines)


main()
