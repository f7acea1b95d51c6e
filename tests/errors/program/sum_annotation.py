def f(x: int) -> int:
    y: int + float = x
    return y
