def f(a: bool) -> int:
    x = 1 if a else "one"
    return x
