def f():
    x = 1
    if x > 0:
        x: int = 3
    return x
