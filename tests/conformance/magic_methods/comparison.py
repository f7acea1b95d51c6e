# Comparisons of a class: versions.
class Version:
    def __init__(self, major: int, minor: int):
        self.major = major
        self.minor = minor

    def key(self) -> int:
        return self.major * 1000 + self.minor

    def __eq__(self, other: "Version") -> bool:
        return self.key() == other.key()

    def __ne__(self, other: "Version") -> bool:
        return self.key() != other.key()

    def __lt__(self, other: "Version") -> bool:
        return self.key() < other.key()

    def __le__(self, other: "Version") -> bool:
        return self.key() <= other.key()

    def __gt__(self, other: "Version") -> bool:
        return self.key() > other.key()

    def __ge__(self, other: "Version") -> bool:
        return self.key() >= other.key()


def main():
    a, b = Version(1, 9), Version(1, 10)
    print(a == b, a != b, a < b, a <= b, a > b, a >= b, a == Version(1, 9))


main()
