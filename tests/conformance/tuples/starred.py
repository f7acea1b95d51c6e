# A starred name takes the rest.
# TorchScript: the rest is a tuple.
def main():
    first, *rest = (1, 2, 3, 4)
    print(first, rest)
    *start, last = (1, 2, 3)
    print(start, last)


main()
