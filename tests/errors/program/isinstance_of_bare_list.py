from typing import Any, List


def f(x: Any) -> bool:
    return isinstance(x, List)
