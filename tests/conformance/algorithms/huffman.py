# Lengths of Huffman's code words.
# TorchScript: text inside containers prints without quotes.
from typing import Dict, List, Tuple


def lengths(text: str) -> Dict[str, int]:
    counts: Dict[str, int] = {}
    for c in text:
        counts[c] = counts.get(c, 0) + 1
    groups: List[Tuple[int, str]] = [(n, c) for c, n in counts.items()]
    out: Dict[str, int] = {c: 0 for c in counts.keys()}
    while len(groups) > 1:
        smallest = 0
        for i in range(len(groups)):
            if groups[i][0] < groups[smallest][0]:
                smallest = i
        n, letters = groups.pop(smallest)
        second = 0
        for i in range(len(groups)):
            if groups[i][0] < groups[second][0]:
                second = i
        m, others = groups.pop(second)
        for c in letters + others:
            out[c] += 1
        groups.append((n + m, letters + others))
    return out


def main():
    code = lengths("abracadabra")
    print(code)
    print(sum([code[c] for c in "abracadabra"]))


main()
