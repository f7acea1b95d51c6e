# Enums of texts.
from enum import Enum, StrEnum


class Unit(StrEnum):
    METER = "m"
    SECOND = "s"


class Prefix(str, Enum):
    KILO = "k"


def text(unit: Unit, n: int) -> str:
    return str(n) + unit.value


def main():
    print(text(Unit.METER, 3), Unit.SECOND.name)


main()
