class A:
    def __init__(self):
        self.n = 1

    @property
    def x(self) -> int:
        return self.n

    @x.setter
    @property
    def x(self, n: int) -> None:
        self.n = n

print(A().x)
