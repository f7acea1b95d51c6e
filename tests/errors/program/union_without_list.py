from typing import Dict, List, Union


def f(x: int):
    y: Union[int, str] = [x]
    return y
