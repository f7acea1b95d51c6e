def f() -> int:
    yield 1
