def f(n: int) -> int:
    x = 0
    for i in range(n):
        x = "text"
    return 1
