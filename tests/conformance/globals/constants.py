# Extension: constants of the top level are values inside functions.
LIMIT = 3
GREETING = "hello"


def clamp(x: int) -> int:
    return min(x, LIMIT)


def main():
    print([clamp(x) for x in range(6)], GREETING)


main()
