# Several objects in parentheses, on lines of their own.
from typing import Any


class Tag:
    def __init__(self, name: str):
        self.name = name

    def __enter__(self) -> str:
        print("<" + self.name + ">")
        return self.name

    def __exit__(self, type: Any, value: Any, traceback: Any) -> None:
        print("</" + self.name + ">")


def main():
    with (
        Tag("a") as a,
        Tag("b") as b,
    ):
        print(a + b)
    with (Tag("c"), Tag("d")):
        print("cd")
    with (Tag("e")):
        print("e")


main()
