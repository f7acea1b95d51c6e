# Strings inside containers keep their quotes.
def main():
    print(["a b", ""], ("x",), {"key": "value"}, "plain")


main()
