def f():
    type Number = int
    return 1
