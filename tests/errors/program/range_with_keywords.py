def f() -> int:
    for i in range(stop=3):
        print(i)
    return 1
