def f(x: int):
    y: int = True
    return y
