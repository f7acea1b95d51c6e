def f(x: int) -> int:
    return ord(x)
