from typing import Optional

def f(x: Optional[int]) -> int:
    y = x * 2
    assert x is not None
    return y
