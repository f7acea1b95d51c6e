from typing import Tuple

def f(x: int) -> Tuple[int, int]:
    return x, x, x
