# No number is 0 ** -1.
def inverse(x: float) -> float:
    return x ** -1.0


def main():
    print(inverse(4.0))
    print(inverse(0.0))


main()
