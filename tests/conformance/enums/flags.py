# The members of a Flag are its bits; names of several bits are none.
from enum import Flag, auto


class Channel(Flag):
    RED = auto()
    GREEN = auto()
    BLUE = auto()
    YELLOW = RED | GREEN
    ALPHA = auto()


class Side(Flag):
    NONE = 0
    LEFT = 1
    RIGHT = 2
    BOTH = 3


def mirrored(side: Side) -> Side:
    return Side.RIGHT if side == Side.LEFT else Side.LEFT


def main():
    total = 0
    for channel in Channel:
        print(channel.name, channel.value)
        total |= channel.value
    print(total, mirrored(Side.LEFT).name, mirrored(Side.RIGHT) != Side.LEFT)
    for side in Side:
        print(side.name)


main()
