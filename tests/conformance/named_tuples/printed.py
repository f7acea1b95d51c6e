# A named tuple prints its fields.
from typing import NamedTuple


class Person(NamedTuple):
    name: str
    age: int


def main():
    print(Person("ada", 36).name, Person("ada", 36))


main()
