class A:
    def __init__(self):
        self.x = 1

def f(a: A, b: A) -> int:
    return (a + b).x
