# Targets that are tuples.
# TorchScript: text inside containers prints without quotes.
def main():
    pairs = [(1, "a"), (2, "b")]
    print([str(n) + s for n, s in pairs], [str(i + n) + s for i, (n, s) in enumerate(pairs)])
    print([a + b for a, b in zip([1, 2], [10, 20])])


main()
