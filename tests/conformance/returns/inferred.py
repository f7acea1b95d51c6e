# The type of the result follows from the returns.
# TorchScript: text inside containers prints without quotes.
def pair(n: int):
    if n > 3:
        return n, "large"
    return n, "small"


def number(n: int):
    return n + 1


def main():
    print(pair(2), pair(5), number(1) + number(2))


main()
