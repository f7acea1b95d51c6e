def f() -> int:
    for i in None:
        print(i)
    return 1
