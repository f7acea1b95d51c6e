# Tuples inside lists inside dicts.
# TorchScript: text inside containers prints without quotes.
from typing import Dict, List, Tuple


def index(words: List[str]) -> Dict[str, List[Tuple[int, int]]]:
    places: Dict[str, List[Tuple[int, int]]] = {}
    for i, word in enumerate(words):
        for j, letter in enumerate(word):
            if letter not in places:
                places[letter] = [(i, j)]
            else:
                places[letter].append((i, j))
    return places


def main():
    print(index(["aba", "b"]))


main()
