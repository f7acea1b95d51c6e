def f(x: str) -> int:
    for i in range(x):
        print(i)
    return 1
