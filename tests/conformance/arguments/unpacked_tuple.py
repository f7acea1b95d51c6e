# A tuple given as the arguments.
def volume(a: int, b: int, c: int) -> int:
    return a * b * c


def main():
    sides = (2, 3, 4)
    rest = (5, 6)
    print(volume(*sides), volume(1, *rest))


main()
