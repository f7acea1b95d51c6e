from typing import List

def f(x: int) -> List[str]:
    return [x]
