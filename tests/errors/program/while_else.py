def f(n: int) -> int:
    while n > 0:
        n -= 1
    else:
        return 2
    return 1
