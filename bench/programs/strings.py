"""Text built piece by piece and taken apart again."""
from typing import List


def caesar(text: str, shift: int) -> str:
    out = ""
    for c in text:
        if c >= "a" and c <= "z":
            out += chr((ord(c) - ord("a") + shift) % 26 + ord("a"))
        else:
            out += c
    return out


def run(n: int) -> int:
    lines: List[str] = []
    for i in range(n):
        lines.append("line {}: the quick brown fox".format(i) + "," + str(i * i))
    total = 0
    for line in lines:
        shifted = caesar(line, 3)
        total += shifted.find("d") + len(shifted.upper())
        for part in line.split(","):
            total += len(part.strip())
        if line.startswith("line 1") or line[5:6] == "2":
            total += 1
    return total + len("\n".join(lines))
