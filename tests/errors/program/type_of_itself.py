from typing import List

Nested = List["Nested"]

def f(x: Nested) -> int:
    return len(x)
