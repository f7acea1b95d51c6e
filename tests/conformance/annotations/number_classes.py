# Extension: the classes of numbers are Unions; PyTorch takes them for classes of its own, which nothing is an instance of.
import numbers
from numbers import Integral, Number, Real
from typing import Any


def kind(x: Any) -> str:
    if isinstance(x, Integral):
        return "integral"
    if isinstance(x, Real):
        return "real"
    return "number" if isinstance(x, numbers.Number) else "no number"


def shown(x: Number) -> str:
    return "int" if isinstance(x, int) else "other"


def main():
    print(kind(1), kind(1.5), kind(2j), kind("a"), shown(3), shown(0.5))


main()
