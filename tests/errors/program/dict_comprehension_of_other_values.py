from typing import Dict, List


def f(words: List[str]) -> Dict[str, int]:
    lengths: Dict[str, int] = {word: word for word in words}
    return lengths
