def f(x: int) -> int:
    y: [int] = [x]
    return y[0]
