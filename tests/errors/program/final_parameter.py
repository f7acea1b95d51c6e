from typing import Final

def f(x: Final[int]) -> int:
    return x
