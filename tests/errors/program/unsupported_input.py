def f() -> str:
    return input()
