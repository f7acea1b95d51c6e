# A loop over the members.
from enum import Enum


class Suit(Enum):
    CLUBS = "c"
    HEARTS = "h"
    SPADES = "s"


def main():
    text = ""
    for suit in Suit:
        text += suit.name + suit.value + " "
    print(text)


main()
