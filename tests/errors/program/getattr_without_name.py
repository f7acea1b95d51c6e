def f(x: int) -> int:
    return getattr(x)
