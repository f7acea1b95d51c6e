def f() -> str:
    a = b = 1
    return a
