def f(x: int) -> bool:
    return isinstance(x, int, exactly=True)
