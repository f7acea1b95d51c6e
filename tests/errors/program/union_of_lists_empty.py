from typing import Dict, List, Union


def f(x: int):
    y: Union[List[int], List[str]] = []
    return y
