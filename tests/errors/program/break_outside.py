def f() -> int:
    break
    return 1
