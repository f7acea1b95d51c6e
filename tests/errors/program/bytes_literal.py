def f() -> int:
    x = b"abc"
    return 1
