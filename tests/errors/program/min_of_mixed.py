def f(x: int, s: str) -> int:
    return min(x, s)
