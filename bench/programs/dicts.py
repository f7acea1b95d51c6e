"""Dicts with ints and strings as keys: set, get, in, items."""
from typing import Dict


def run(n: int) -> int:
    squares: Dict[int, int] = {}
    for i in range(n):
        squares[i * 7 % n] = i * i
    total = 0
    for i in range(n):
        if i in squares:
            total += squares[i]
    by_name: Dict[str, float] = {}
    names = ["a", "bc", "def", "ghij", "klmno"]
    for i in range(n):
        name = names[i % 5]
        by_name[name] = by_name.get(name, 0.0) + float(i)
    for name, value in by_name.items():
        total += len(name) * int(value)
    for key in squares:
        total += key
    return total
