def f() -> None:
    a = (1, 2)
    zip(a, [2, 3, 4])
