# &, |, ^, ~ of a class: sets of small numbers.
class Bits:
    def __init__(self, word: int):
        self.word = word

    def __and__(self, o: "Bits") -> "Bits":
        return Bits(self.word & o.word)

    def __or__(self, o: "Bits") -> "Bits":
        return Bits(self.word | o.word)

    def __xor__(self, o: "Bits") -> "Bits":
        return Bits(self.word ^ o.word)

    def __contains__(self, i: int) -> bool:
        return (self.word >> i) & 1 == 1


def main():
    a, b = Bits(0b1100), Bits(0b1010)
    print((a & b).word, (a | b).word, (a ^ b).word, 3 in a, 0 in b)


main()
