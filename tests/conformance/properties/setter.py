# A property that is assigned.
class Temperature:
    def __init__(self, celsius: int):
        self._celsius = celsius
        self.changes = 0

    @property
    def celsius(self) -> int:
        return self._celsius

    @celsius.setter
    def celsius(self, value: int) -> None:
        self._celsius = max(value, -273)
        self.changes += 1


def main():
    t = Temperature(20)
    t.celsius = 30
    print(t.celsius)
    t.celsius = -500
    print(t.celsius, t.changes)


main()
