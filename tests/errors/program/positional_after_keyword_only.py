def g(a: int, *, b: int) -> int:
    return a + b

def f(x: int) -> int:
    return g(x, x)
