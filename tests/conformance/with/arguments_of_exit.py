# __exit__ is given three Nones, whatever the program holds besides.
from typing import Any


class Watched:
    def __init__(self, name: str, size: int):
        self.name = name
        self.size = size

    def __enter__(self) -> int:
        return self.size * 2

    def __exit__(self, type: Any, value: Any, traceback: Any) -> None:
        print(self.name, type, value, traceback)


def main():
    with Watched("a", 3) as x, Watched("b", 5) as y:
        total = x + y
    with Watched("c", total) as z:
        print(z)


main()
