# str of an object.
class Money:
    def __init__(self, cents: int):
        self.cents = cents

    def __str__(self) -> str:
        return str(self.cents // 100) + "." + str(self.cents % 100).zfill(2)


def main():
    print(str(Money(1234)), str(Money(5)))


main()
