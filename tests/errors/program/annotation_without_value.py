def f(x: int) -> int:
    y: int
    y = x
    return y
