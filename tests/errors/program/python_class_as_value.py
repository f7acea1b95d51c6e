def f(x: int) -> int:
    kind = type
    return kind
