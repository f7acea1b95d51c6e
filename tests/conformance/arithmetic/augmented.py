# Every augmented assignment.
def main():
    x = 10
    x += 5
    x -= 3
    x *= 4
    x -= 40
    print(x)
    x <<= 4
    x |= 3
    x &= 0x2B
    x ^= 1
    x >>= 1
    print(x)
    y = 10.0
    y /= 4
    y **= 2.0
    print("%f" % y)


main()
