from typing import Tuple


def f(x: Tuple[int, ...]) -> int:
    return 1
