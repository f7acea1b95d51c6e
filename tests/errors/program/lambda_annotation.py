def f(x: int) -> int:
    y: lambda: 3 = x
    return y
