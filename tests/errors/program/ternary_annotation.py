def f(x: int) -> int:
    y: int if True else float = x
    return y
