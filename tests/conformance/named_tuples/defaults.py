# Fields with defaults.
from typing import NamedTuple


class Options(NamedTuple):
    size: int
    deep: bool = False
    name: str = "none"


def main():
    a = Options(3)
    b = Options(4, name="x")
    print(a.size, a.deep, a.name, b.deep, b.name)


main()
