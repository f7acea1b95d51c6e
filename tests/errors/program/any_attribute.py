from typing import Any

def f(x: Any) -> str:
    return x.upper()
