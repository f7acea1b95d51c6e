# Extension: a function as a default.
def double(x: int) -> int:
    return 2 * x


def negate(x: int) -> int:
    return -x


def run(x: int, f=double) -> int:
    return f(x) + 1


def main():
    print(run(4), run(4, negate), run(4, f=len_of))


def len_of(x: int) -> int:
    return len([x])


main()
