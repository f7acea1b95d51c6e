def f(x: "Integer") -> int:
    return 1
