class A:
    def __init__(self):
        self.x = 1

class B:
    def __init__(self):
        self.x = 1

def g(a: A) -> int:
    return a.x

def f() -> int:
    return g(B())
