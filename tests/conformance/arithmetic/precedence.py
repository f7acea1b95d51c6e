# Which operator binds closer.
def main():
    print(2 + 3 * 4, (2 + 3) * 4, 2 * 3 + 4)
    print(10 - 4 - 3, 100 // 7 // 2, 2 + 10 // 3 * 2 - 1)
    print(-3 * -2, -(3 + 4), 7 % 4 * 2)
    print(1 | 2 ^ 3 & 4, 1 << 2 + 1, 6 & 3 ^ 5)
    print(not 1 == 2, 1 + 1 == 2 and 2 + 2 == 4 or 1 == 0)


main()
