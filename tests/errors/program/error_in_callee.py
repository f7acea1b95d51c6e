def h(a: int) -> str:
    return a

def g(a: int) -> str:
    return h(a + 1)

def f(x: int) -> str:
    return g(x)
