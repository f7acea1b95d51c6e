from typing import Union

def f(x: Union[int, str]) -> int:
    if isinstance(x, str):
        return x
    return 0
