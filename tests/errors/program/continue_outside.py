def f(n: int) -> int:
    if n > 0:
        continue
    return 1
