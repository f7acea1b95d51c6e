def f(a: str) -> str:
    return -a
