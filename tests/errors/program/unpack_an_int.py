def f(x: int) -> int:
    a, b = x
    return a
