def f() -> int:
    for i in enumerate():
        print(i)
    return 1
