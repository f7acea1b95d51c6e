class A:
    def __init__(self):
        self.x = 1

    def set(self) -> None:
        self.y = 2

def f() -> int:
    A().set()
    return 1
