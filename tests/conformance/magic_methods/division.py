# Other binary operators: fractions.
class Fraction:
    def __init__(self, n: int, d: int):
        a, b = n, d
        while b != 0:
            a, b = b, a % b
        self.n = n // a
        self.d = d // a

    def __add__(self, o: "Fraction") -> "Fraction":
        return Fraction(self.n * o.d + o.n * self.d, self.d * o.d)

    def __mul__(self, o: "Fraction") -> "Fraction":
        return Fraction(self.n * o.n, self.d * o.d)

    def __truediv__(self, o: "Fraction") -> "Fraction":
        return Fraction(self.n * o.d, self.d * o.n)

    def __mod__(self, m: int) -> int:
        return self.n % m

    def text(self) -> str:
        return f"{self.n}/{self.d}"


def main():
    total = Fraction(0, 1)
    for k in range(1, 6):
        total = total + Fraction(1, k)
    print(total.text(), (Fraction(1, 2) / Fraction(3, 4)).text(), (Fraction(2, 3) * Fraction(9, 4)).text(), Fraction(7, 2) % 4)


main()
