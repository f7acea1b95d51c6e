def f(x: int) -> int:
    class Inner:
        pass
    return x
