def g() -> int:
    return 1

def f() -> bool:
    return g == g
