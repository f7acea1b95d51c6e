def f() -> int:
    return len({(i, i): i for i in range(3)})
