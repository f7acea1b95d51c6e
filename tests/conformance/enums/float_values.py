# Members with floats.
from enum import Enum


class Rate(Enum):
    LOW = 0.25
    HIGH = 0.5


def main():
    print("%f" % (Rate.LOW.value + Rate.HIGH.value), Rate.HIGH.value > Rate.LOW.value)


main()
