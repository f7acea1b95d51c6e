def f(s: str) -> str:
    return s * 1.5
