# A reader of nested lists of numbers without recursion.
from typing import List


def depths(text: str) -> List[List[int]]:
    out: List[List[int]] = []
    depth = 0
    i = 0
    while i < len(text):
        c = text[i]
        if c == "[":
            depth += 1
        elif c == "]":
            depth -= 1
        elif c.isdigit():
            j = i
            while text[j].isdigit():
                j += 1
            out.append([depth, int(text[i:j])])
            i = j
            continue
        i += 1
    return out


def main():
    print(depths("[1, [20, 30, [4]], 500]"))


main()
