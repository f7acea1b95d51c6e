# Targets that are tuples.
def main():
    pairs = [(1, "a"), (2, "b")]
    print([s * n for n, s in pairs], [i + n for i, (n, s) in enumerate(pairs)])
    print([a + b for a, b in zip([1, 2], [10, 20])])


main()
