def f(x: int) -> int:
    return None
