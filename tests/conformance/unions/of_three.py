# A parameter of three types.
from typing import Union


def show(x: Union[int, float, str]) -> str:
    if isinstance(x, int):
        return "i" + str(x)
    if isinstance(x, float):
        return "f%f" % x
    return "s" + x


def main():
    print(show(1), show(2.5), show("x"))


main()
