def f(x: float) -> int:
    for i in range(x):
        print(i)
    return 1
