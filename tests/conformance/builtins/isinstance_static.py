# isinstance of a known type is decided when compiling.
def main():
    x = 3
    s = "a"
    print(isinstance(x, int), isinstance(x, str), isinstance(s, (int, str)), isinstance([1], list), isinstance((1, 2), tuple))


main()
