def g(a: int) -> int:
    return a

def f(x: int) -> int:
    return g(x, a=2)
