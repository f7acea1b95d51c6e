from typing import List, Optional

def f(xs: Optional[List[int]]) -> int:
    n = 0
    for x in xs:
        n += x
    return n
