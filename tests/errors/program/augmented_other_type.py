def f(x: int) -> int:
    x += "a"
    return x
