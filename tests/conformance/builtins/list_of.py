# list of text, ranges and dicts.
# TorchScript: text inside containers prints without quotes.
def main():
    print(list("abc"), list(range(4)), list([1, 2]), list((1, 2)))


main()
