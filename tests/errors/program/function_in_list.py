def g(x: int) -> int:
    return x

def f() -> int:
    fs = [g]
    return 1
