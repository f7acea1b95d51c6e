from typing import NewType

Meters = NewType("Meters", int)

def f(x: Meters) -> int:
    return x
