from typing import Final

def f() -> int:
    x: Final = 3
    return x
