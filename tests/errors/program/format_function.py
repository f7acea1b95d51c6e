def f(x: int) -> str:
    return format(x, "d")
