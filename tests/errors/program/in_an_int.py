def f(a: int, b: int) -> bool:
    return a in b
