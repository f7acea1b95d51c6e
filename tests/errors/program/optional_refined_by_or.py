from typing import Optional

def f(x: Optional[int], b: bool) -> int:
    if x is not None or b:
        return x + 1
    return 0
