def f(x: int) -> str:
    return "n = " + x
