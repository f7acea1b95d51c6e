def f(n: int) -> int:
    if n > 0:
        pass
    else:
        x = 1
    return x
