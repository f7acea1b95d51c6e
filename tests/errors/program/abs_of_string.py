def f(x: str) -> str:
    return abs(x)
