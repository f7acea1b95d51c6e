def g(a: int) -> int:
    return a

def f(x: int) -> int:
    return g(x, b=2)
