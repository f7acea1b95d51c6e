def g(a: int, /, b: int) -> int:
    return a + b


def f(x: int):
    return g(a=x, b=x)
