# Small functions put together: Caesar shifts of digits.
def add(a: int, b: int) -> int:
    return a + b


def fancy_func(a: int, b: int, c: int, d: int) -> int:
    e = add(a, b)
    f = add(c, d)
    return add(e, f)


def main():
    print(fancy_func(1, 2, 3, 4))


main()
