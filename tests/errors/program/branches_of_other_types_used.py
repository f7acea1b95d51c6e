def f(n: int) -> str:
    if n > 0:
        x = 1
    else:
        x = "one"
    return x
