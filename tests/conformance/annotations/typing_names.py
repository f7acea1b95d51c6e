# Names of typing that say nothing about a function's parameters.
from typing import Final, Generic, NewType, NoReturn, Text, TypeVar, final, overload

T = TypeVar("T")
Meters = NewType("Meters", int)


def length(text: Text) -> int:
    return len(text)


def main():
    print(length("four"))


main()
