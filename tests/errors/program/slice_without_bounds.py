def f(x: int) -> int:
    s = slice()
    return x
