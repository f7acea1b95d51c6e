def f(x: int) -> int:
    with x:
        return 1
