from typing import Dict, List, Union


def f(x: int):
    y: Union[Dict[int, int], Dict[str, int]] = {}
    return y
