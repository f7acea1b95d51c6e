# Methods without self.
class Convert:
    def __init__(self, base: int):
        self.base = base

    @staticmethod
    def digit(c: str) -> int:
        return ord(c) - ord("0")

    def parse(self, text: str) -> int:
        value = 0
        for c in text:
            value = value * self.base + Convert.digit(c)
        return value


def main():
    print(Convert(2).parse("1011"), Convert(8).parse("777"), Convert.digit("7"))


main()
