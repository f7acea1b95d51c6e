# Counting the words of a text.
# TorchScript: text inside containers prints without quotes.
from typing import Dict


def count(text: str) -> Dict[str, int]:
    counts: Dict[str, int] = {}
    for word in text.lower().split():
        word = word.strip(".,;")
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    return counts


def main():
    counts = count("The cat saw the dog; the dog saw the bird, the bird saw nothing.")
    print(counts)
    for word in sorted(list(counts.keys())):
        if counts[word] > 2:
            print(word)


main()
