def f(x: int) -> int:
    y = yield from range(x)
    return 1
