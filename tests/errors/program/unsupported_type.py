def f(x: set) -> int:
    return 1
