from typing import List, Optional

def f(xs: Optional[List[int]]) -> int:
    return xs[0]
