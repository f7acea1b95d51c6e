def f() -> int:
    x = 1
    del x
    return x
