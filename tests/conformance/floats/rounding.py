# TorchScript: round gives a float; floor and ceil give whole numbers. Ties go to the even neighbour.
import math


def main():
    print(round(2.5), round(3.5), round(-0.4), round(2.6))
    print(math.floor(2.7), math.floor(-2.7), math.ceil(2.1), math.ceil(-2.1))
    print(int(round(1234.5678 * 100)))


main()
