def g(a: int) -> int:
    return a

def f(x: str) -> int:
    return g(x)
