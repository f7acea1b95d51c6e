def g(a: float) -> float:
    return a

def f(x: int) -> float:
    return g(x)
