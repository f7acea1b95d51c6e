# Tuples: empty parentheses, one element, mixed types.
# TorchScript: text inside containers prints without quotes.
def main():
    single = (1,)
    pair = 1, "two"
    print(single, pair, (1, (True, "deep")), len((1, 2, 3)))
    print(())


main()
