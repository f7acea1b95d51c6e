def f() -> int:
    x: int = "one"
    return 1
