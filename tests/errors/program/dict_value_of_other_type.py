from typing import Dict

def f(d: Dict[str, int]) -> None:
    d["a"] = "one"
