from typing import List

def f() -> int:
    xs: List[int] = ["a"]
    return 1
