class Key:
    def __init__(self, n: int):
        self.n = n


def f() -> int:
    d = {Key(1): 2}
    return len(d)
