def f() -> int:
    for i in range():
        print(i)
    return 1
