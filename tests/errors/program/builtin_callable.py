def f(x: int) -> bool:
    return callable(x)
