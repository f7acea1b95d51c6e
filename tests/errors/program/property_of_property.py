class A:
    def __init__(self):
        self.n = 1

    @property
    @property
    def x(self) -> int:
        return self.n

print(A().x)
