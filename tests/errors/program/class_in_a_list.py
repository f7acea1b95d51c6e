class C:
    def __init__(self):
        self.a = 1


def f(x: int):
    return [C, C]
