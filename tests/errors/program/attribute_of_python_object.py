class K:
    pass


g = K()


def f(x: int):
    return g.a
