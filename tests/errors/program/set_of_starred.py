def f(x: int) -> int:
    y = {*range(x), 3}
    return 1
