from typing import Dict, List


def f(names: List[str]) -> Dict[str, int]:
    return dict.fromkeys(names, 0)
