# Tuples in == and in lists.
def main():
    print((1, "a") == (1, "a"), (1, 2) != (1, 3))
    pairs = [(1, "x"), (2, "y")]
    print((2, "y") in pairs, (2, "x") in pairs)


main()
