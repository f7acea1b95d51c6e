def wrapped(x):
    return wrapped([x])

def f(x: int) -> int:
    wrapped(x)
    return 1
