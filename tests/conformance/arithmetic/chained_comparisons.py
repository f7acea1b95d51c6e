# a < b < c holds when both do.
def between(low: int, x: int, high: int) -> bool:
    return low <= x < high


def main():
    print([between(1, x, 4) for x in range(6)])
    a, b, c = 1, 2, 2
    print(a < b == c, a < b < c, a <= b <= c, c > a < b, 1 < 2 < 3 < 4 != 5)


main()
