# isinstance picks a member of a Union.
from typing import List, Union


def length(x: Union[int, str, List[int]]) -> int:
    if isinstance(x, int):
        return x
    elif isinstance(x, str):
        return len(x)
    else:
        return sum(x)


def main():
    print(length(5), length("four"), length([1, 2, 3]))


main()
