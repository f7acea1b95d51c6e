def f(n: int) -> int:
    for i, x in enumerate(n):
        print(i)
    return 1
