class A:
    def __init__(self, b: bool):
        if b:
            self.x = 1

def f() -> int:
    return A(True).x
