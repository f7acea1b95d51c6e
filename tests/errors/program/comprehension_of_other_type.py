from typing import List


def f(words: List[str]) -> List[int]:
    lengths: List[int] = [word for word in words]
    return lengths
