from typing import Optional

def f(x: Optional[str]) -> str:
    return x.upper()
