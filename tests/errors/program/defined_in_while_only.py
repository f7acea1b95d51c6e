def f(n: int) -> int:
    while n > 0:
        x = n
        n -= 1
    return x
