def f(n: int):
    turns = range(3)
    if n > 0:
        turns = 3
    return n
