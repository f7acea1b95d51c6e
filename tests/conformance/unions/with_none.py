# A Union that has None in it.
from typing import Union


def text(x: Union[int, str, None]) -> str:
    if x is None:
        return "-"
    if isinstance(x, str):
        return x
    return "#" + str(x)


def main():
    print(text(None), text("t"), text(9))


main()
