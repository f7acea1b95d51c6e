def f(x: int) -> int:
    return helper(x)
