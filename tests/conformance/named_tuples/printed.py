# A named tuple prints its fields.
# TorchScript: prints the values alone, as of any tuple.
from typing import NamedTuple


class Person(NamedTuple):
    name: str
    age: int


def main():
    print(Person("ada", 36).name, Person("ada", 36))


main()
