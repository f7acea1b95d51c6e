class A:
    def __init__(self):
        self.x = 1

def f(a: A, b: A) -> bool:
    return a < b
