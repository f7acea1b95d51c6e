def f(n: int) -> int:
    d = {i: i for i in n}
    return 1
