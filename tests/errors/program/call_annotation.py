def f(x: int(3)) -> int:
    return x
