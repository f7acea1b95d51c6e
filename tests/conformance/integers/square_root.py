# The whole part of a square root, by Newton's iteration.
def isqrt(n: int) -> int:
    if n < 2:
        return n
    x = n
    y = (x + 1) // 2
    while y < x:
        x = y
        y = (x + n // x) // 2
    return x


def main():
    print([isqrt(n) for n in [0, 1, 3, 4, 15, 16, 17, 99, 100]])
    print(isqrt(1000000000000000000), isqrt(999999999999999999))


main()
