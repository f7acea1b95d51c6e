# A dict turned around.
# TorchScript: text inside containers prints without quotes.
from typing import Dict, List


def invert(d: Dict[str, int]) -> Dict[int, List[str]]:
    out: Dict[int, List[str]] = {}
    for key, value in d.items():
        if value not in out:
            out[value] = [key]
        else:
            out[value].append(key)
    return out


def main():
    print(invert({"a": 1, "b": 2, "c": 1}))


main()
