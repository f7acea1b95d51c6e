# Extension: definitions between statements.
def f(x: int) -> int:
    return x + 1


print(f(1))


def g(x: int) -> int:
    return f(x) * 2


print(g(f(3)))
