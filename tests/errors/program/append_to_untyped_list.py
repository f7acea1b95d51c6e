def f() -> int:
    xs = []
    xs.append(1)
    return 1
