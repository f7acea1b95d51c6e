class A:
    def __init__(self):
        self.x = 1

    def set(self) -> None:
        self.x = "one"

def f() -> int:
    A().set()
    return 1
