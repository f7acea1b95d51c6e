# A variable set in both branches lives on.
def describe(n: int) -> str:
    if n % 2 == 0:
        kind = "even"
        half = n // 2
    else:
        kind = "odd"
        half = (n - 1) // 2
    return kind + " " + str(half)


def main():
    print(describe(10), describe(7))


main()
