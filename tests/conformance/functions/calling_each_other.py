# Functions call functions that stand later in the text.
def outer(n: int) -> int:
    return inner(n) + inner(n + 1)


def inner(n: int) -> int:
    return square(n) - 1


def square(n: int) -> int:
    return n * n


def main():
    print(outer(3), inner(10))


main()
