def f(x: int) -> int:
    y: -1 = x
    return y
