def f(x: int) -> int:
    if (y := x) > 0:
        return y
    return 0
