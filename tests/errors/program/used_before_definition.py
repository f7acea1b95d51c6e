def f(x: int) -> int:
    y = z + 1
    z = x
    return y
