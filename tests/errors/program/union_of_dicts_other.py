from typing import Dict, List, Union


def f(x: int):
    y: Union[Dict[str, float], Dict[str, str]] = {x: x}
    return y
