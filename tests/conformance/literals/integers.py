# Whole numbers in every base, with underscores.
def main():
    print(0, 7, 1_000_000, 0x1F, 0XfF, 0o17, 0b1011, 0b_1111_0000)
    print(-5, -(-5), -0, - 7)
    print(9223372036854775807, -9223372036854775807)


main()
