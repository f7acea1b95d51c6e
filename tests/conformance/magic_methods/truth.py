# bool, int and float of an object.
class Amount:
    def __init__(self, cents: int):
        self.cents = cents

    def __bool__(self) -> bool:
        return self.cents != 0

    def __int__(self) -> int:
        return self.cents // 100


def main():
    print(bool(Amount(0)), bool(Amount(5)), int(Amount(250)))


main()
