# A value that is computed inside and returned after.
from typing import Any


class Guard:
    def __init__(self):
        self.depth = 0

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, type: Any, value: Any, traceback: Any) -> None:
        self.depth -= 1


def work(guard: Guard) -> int:
    with guard:
        inside = guard.depth * 10
    return inside + guard.depth


def main():
    print(work(Guard()))


main()
