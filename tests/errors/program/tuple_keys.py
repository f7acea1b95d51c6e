def f() -> int:
    return len({(1, 2): 3})
