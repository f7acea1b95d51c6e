# isinstance with several types.
from typing import Any


def is_number(x: Any) -> bool:
    return isinstance(x, (int, float))


def main():
    print(is_number(1), is_number(2.5), is_number("3"))


main()
