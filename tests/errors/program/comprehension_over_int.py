def f(n: int) -> int:
    xs = [i for i in n]
    return 1
