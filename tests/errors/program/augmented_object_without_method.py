class Counter:
    def __init__(self, n: int):
        self.n = n


def f(n: int) -> int:
    c = Counter(n)
    c += 1
    return c.n
