# Texts are compared character by character.
# TorchScript: text inside containers prints without quotes.
from typing import List


def largest(words: List[str]) -> str:
    best = words[0]
    for w in words:
        if w > best:
            best = w
    return best


def main():
    print(largest(["pear", "apple", "quince", "fig"]))
    print(sorted(["delta", "Alpha", "charlie", "Bravo"]))
    print("a" == "a", "a" != "b", "apple" < "apples")


main()
