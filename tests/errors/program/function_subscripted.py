def g(x: int) -> int:
    return x


def f(x: int):
    return g[0]
