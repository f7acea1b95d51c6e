# `not` turns a refinement around.
from typing import Optional, Union


def f(x: Optional[int]) -> int:
    if not (x is None):
        return x + 1
    return 0


def g(x: Union[int, str]) -> str:
    if not isinstance(x, int):
        return x + "!"
    return str(x * 2)


def main():
    print(f(1), f(None), g("a"), g(21))


main()
