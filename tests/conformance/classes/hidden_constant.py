# A class's own value of a name that __init__ sets too: the object's attribute hides it.
class Matcher:
    BELOW = -1

    def __init__(self, shift: int):
        self.BELOW = -1 - shift
        self.shift = shift

    def of(self, value: float) -> int:
        return self.BELOW if value < 0.5 else self.shift


def main():
    print(Matcher(1).of(0.25), Matcher(1).of(0.75))


main()
