# list of text, ranges and dicts.
def main():
    print(list("abc"), list(range(4)), list([1, 2]), list((1, 2)))


main()
