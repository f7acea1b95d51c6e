from typing import Dict


def f() -> Dict[str, float]:
    weights: Dict[str, float] = {"a": 1}
    return weights
