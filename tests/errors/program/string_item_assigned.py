def f(s: str) -> str:
    s[0] = "x"
    return s
