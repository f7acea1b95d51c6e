from typing import Dict


def f() -> Dict[int, str]:
    names: Dict[int, str] = {"one": "1"}
    return names
