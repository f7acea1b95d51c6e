def f(n: int) -> int:
    x = None
    if n > 0:
        x = n
    return 0
