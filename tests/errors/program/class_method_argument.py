class A:
    def __init__(self):
        self.x = 1

    def add(self, n: int) -> int:
        return self.x + n

def f() -> int:
    return A().add("one")
