# Local names hide functions and builtins.
def value() -> int:
    return 1


def main():
    sum = value()
    list = [sum, sum + 1]
    print(sum, list)


main()
