class A:
    def __init__(self, x: int):
        self.x = x

def f() -> int:
    return A("one").x
