from typing import Dict, List, Union


def f(x: int):
    y: Union[List[float], List[str], int] = [x]
    return y
