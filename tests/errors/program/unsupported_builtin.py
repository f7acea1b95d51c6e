def f(s: str) -> int:
    return eval(s)
