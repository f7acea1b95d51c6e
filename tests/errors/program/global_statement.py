count = 0

def f() -> int:
    global count
    return 1
