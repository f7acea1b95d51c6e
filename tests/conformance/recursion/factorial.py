# Extension: a function that calls itself.
def factorial(n: int) -> int:
    if n < 2:
        return 1
    return n * factorial(n - 1)


def main():
    print([factorial(n) for n in range(8)], factorial(20))


main()
