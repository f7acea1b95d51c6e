# Dataclasses with equal fields are equal.
from dataclasses import dataclass


@dataclass
class Pair:
    a: int
    b: str


def main():
    print(Pair(1, "x") == Pair(1, "x"), Pair(1, "x") == Pair(1, "y"))


main()
