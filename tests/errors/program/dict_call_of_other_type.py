from typing import Dict


def f() -> Dict[int, str]:
    names: Dict[int, str] = dict(a=2)
    return names
