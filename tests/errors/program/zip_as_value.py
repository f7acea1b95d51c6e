def f() -> None:
    print(zip([1], [2]))
