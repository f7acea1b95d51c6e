from typing import Dict, List

def f(d: Dict[List[int], int]) -> int:
    return 1
