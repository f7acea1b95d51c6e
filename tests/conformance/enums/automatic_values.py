# auto() counts the members.
from enum import Enum, auto


class Suit(Enum):
    CLUBS = auto()
    HEARTS = auto()
    SPADES = 10
    DIAMONDS = auto()


def worth(suit: Suit) -> int:
    return suit.value * 2


def main():
    print(Suit.CLUBS.value, Suit.HEARTS.value, Suit.SPADES.value, Suit.DIAMONDS.value)
    print(worth(Suit.HEARTS), Suit.DIAMONDS.name)


main()
