def f() -> int:
    *a, *b = (1, 2, 3)
    return 1
