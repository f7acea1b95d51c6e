# An Optional member.
from enum import Enum
from typing import Optional


class Level(Enum):
    LOW = 1
    HIGH = 2


def level(n: int) -> Optional[Level]:
    if n > 10:
        return Level.HIGH
    if n > 0:
        return Level.LOW
    return None


def main():
    for n in [0, 5, 50]:
        found = level(n)
        if found is None:
            print("none")
        else:
            print(found.name)


main()
