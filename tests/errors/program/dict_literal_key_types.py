def f() -> int:
    d = {"a": 1, 2: 2}
    return 1
