class A:
    def __init__(self):
        self.x = 1

def f(a: A) -> int:
    del a.x
    return 1
