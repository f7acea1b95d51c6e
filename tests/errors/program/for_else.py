def f(n: int) -> int:
    for i in range(n):
        pass
    else:
        return 2
    return 1
