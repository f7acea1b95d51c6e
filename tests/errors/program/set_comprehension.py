def f() -> int:
    s = {i for i in range(3)}
    return 1
