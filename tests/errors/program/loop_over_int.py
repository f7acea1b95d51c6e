def f(n: int) -> int:
    for i in n:
        print(i)
    return 1
