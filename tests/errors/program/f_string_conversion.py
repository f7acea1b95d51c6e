def f(x: str) -> str:
    return f"{x!r}"
