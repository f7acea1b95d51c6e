def f() -> None:
    print(NotImplemented)
