def g(x):
    return x

def f(n: int) -> int:
    g(n)
    return n
