class Quiet:
    def __init__(self):
        self.n = 0

    def __enter__(self):
        self.n += 1

    def __exit__(self, type: int, value: int, traceback: int):
        self.n -= 1


def f():
    with Quiet():
        print("here")
