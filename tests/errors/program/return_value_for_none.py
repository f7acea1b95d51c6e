def f(x: int) -> None:
    return x
