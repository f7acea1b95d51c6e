# and, or, xor, not and shifts on whole numbers.
def population(n: int) -> int:
    count = 0
    while n != 0:
        n = n & (n - 1)
        count += 1
    return count


def main():
    print(12 & 10, 12 | 10, 12 ^ 10, 1 << 10, 1024 >> 3, -16 >> 2)
    print([population(n) for n in [0, 1, 7, 255, 1023]])


main()
