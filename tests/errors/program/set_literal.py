def f() -> int:
    s = {1, 2}
    return 1
