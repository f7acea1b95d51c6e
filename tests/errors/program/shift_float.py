def f(a: float) -> float:
    return a << 2
