def f(x: int) -> int:
    convert = float
    return convert
