from typing import Dict


def f(d: Dict[str, int]) -> Dict[str, int]:
    return {**d}
