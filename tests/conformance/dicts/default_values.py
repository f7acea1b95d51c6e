# setdefault collects groups.
# TorchScript: text inside containers prints without quotes.
from typing import Dict, List


def group(words: List[str]) -> Dict[int, List[str]]:
    groups: Dict[int, List[str]] = {}
    for word in words:
        empty: List[str] = []
        groups.setdefault(len(word), empty).append(word)
    return groups


def main():
    print(group(["a", "bb", "cc", "d", "eee"]))


main()
