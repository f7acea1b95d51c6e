def f() -> int:
    for x in (1, "two"):
        break
    return 1
