def f(*, a: int = 2) -> int:
    return a
