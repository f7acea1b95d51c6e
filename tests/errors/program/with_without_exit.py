class A:
    def __init__(self):
        self.x = 1

    def __enter__(self) -> int:
        return 1

def f() -> int:
    with A() as a:
        return a
