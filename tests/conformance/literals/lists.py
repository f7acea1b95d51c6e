# Lists of every element type, nested ones, trailing commas.
# TorchScript: text inside containers prints without quotes.
def main():
    print([1, 2, 3], [True, False], ["a", "b"])
    print([[1], [2, 3], [4, 5, 6]], [(1, "x"), (2, "y")])
    print([
        10,
        20,
    ])


main()
