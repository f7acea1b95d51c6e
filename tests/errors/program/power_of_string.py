def f(s: str) -> str:
    return s ** 2
