class A:
    def __init__(self):
        self.n = 1

    @property
    def x(self) -> int:
        return self.n

def f() -> int:
    a = A()
    a.x = 3
    return a.x
