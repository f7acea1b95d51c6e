# Extension: properties and magic methods are inherited.
class Base:
    def __init__(self, n: int):
        self.n = n

    @property
    def double(self) -> int:
        return 2 * self.n

    def __len__(self) -> int:
        return self.n


class Derived(Base):
    def more(self) -> int:
        return self.double + len(self)


def main():
    print(Derived(5).more())


main()
