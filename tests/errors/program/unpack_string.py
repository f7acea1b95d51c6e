def f(s: str) -> str:
    a, b = s
    return a
