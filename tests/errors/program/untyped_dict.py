def f() -> int:
    d = {}
    d["a"] = 1
    return 1
