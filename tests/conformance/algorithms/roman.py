# Roman numerals, both ways.
def to_roman(n: int) -> str:
    out = ""
    for value, letters in [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
                           (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]:
        while n >= value:
            out += letters
            n -= value
    return out


def from_roman(text: str) -> int:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = 0
    for i, c in enumerate(text):
        if i + 1 < len(text) and values[c] < values[text[i + 1]]:
            total -= values[c]
        else:
            total += values[c]
    return total


def main():
    print(to_roman(1994), to_roman(3888), from_roman("MCMXCIV"))
    print(all([from_roman(to_roman(n)) == n for n in range(1, 200)]))


main()
