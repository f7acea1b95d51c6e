# A function with a dozen parameters.
def pack(a: int, b: int, c: int, d: int, e: int, f: int, g: int = 7, h: int = 8, i: int = 9, j: int = 10) -> int:
    total = 0
    for digit in [a, b, c, d, e, f, g, h, i, j]:
        total = total * 11 + digit
    return total


def main():
    print(pack(1, 2, 3, 4, 5, 6), pack(1, 2, 3, 4, 5, 6, j=0, g=0))


main()
