# Tuples in == and in lists.
# Extension: TorchScript does not compare tuples of mixed types.
def main():
    print((1, "a") == (1, "a"), (1, 2) != (1, 3))
    pairs = [(1, "x"), (2, "y")]
    print((2, "y") in pairs, (2, "x") in pairs)


main()
