def f(x: int) -> int:
    if limit > x:
        return 1
    return 0
