from typing import Dict


def f(x: "Dict[int]"):
    return x
