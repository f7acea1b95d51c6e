from typing import Sequence

def f(x: Sequence[int]) -> int:
    return len(x)
