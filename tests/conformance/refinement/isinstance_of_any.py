# isinstance of a value whose type is Any.
from typing import Any


def name(x: Any) -> str:
    if isinstance(x, bool):
        return "bool"
    if isinstance(x, int):
        return "int " + str(x + 1)
    if isinstance(x, str):
        return "str " + x.upper()
    return "something"


def main():
    print(name(True), name(3), name("x"), name([1]))


main()
