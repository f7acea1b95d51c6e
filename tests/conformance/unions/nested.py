# Unions of containers.
from typing import Dict, List, Union


def count(x: Union[List[str], Dict[str, int]]) -> int:
    if isinstance(x, list):
        return len(x)
    return sum(list(x.values()))


def main():
    print(count(["a", "b"]), count({"a": 3, "b": 4}))


main()
