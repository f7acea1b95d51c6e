# A list whose elements are of two types.
# TorchScript: text inside containers prints without quotes.
from typing import List, Union


def total(xs: List[Union[int, str]]) -> int:
    sum = 0
    for x in xs:
        if isinstance(x, int):
            sum += x
        else:
            sum += int(x)
    return sum


def main():
    xs: List[Union[int, str]] = [1, "20", 300]
    print(total(xs), xs)


main()
