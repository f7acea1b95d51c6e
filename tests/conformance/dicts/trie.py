# A trie of words in two dicts.
from typing import Dict, List


def build(words: List[str]) -> Dict[str, bool]:
    prefixes: Dict[str, bool] = {}
    for word in words:
        for end in range(1, len(word)):
            if word[:end] not in prefixes:
                prefixes[word[:end]] = False
        prefixes[word] = True
    return prefixes


def longest_word(prefixes: Dict[str, bool], text: str) -> str:
    found = ""
    end = 1
    while end <= len(text) and text[:end] in prefixes:
        if prefixes[text[:end]]:
            found = text[:end]
        end += 1
    return found


def main():
    trie = build(["car", "cart", "care", "dog"])
    print(longest_word(trie, "cartoon"), longest_word(trie, "careful"), longest_word(trie, "doll") == "", len(trie))


main()
