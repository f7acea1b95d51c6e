count = 3

def f() -> int:
    return count
