def f(x: int) -> bool:
    return hasattr(x)
