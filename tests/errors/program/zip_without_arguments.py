def f() -> int:
    for i in zip():
        print(i)
    return 1
