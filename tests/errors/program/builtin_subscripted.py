def f(x: int) -> int:
    return len[0]
