# Extension: two functions that call each other.
def even(n: int) -> bool:
    if n == 0:
        return True
    return odd(n - 1)


def odd(n: int) -> bool:
    if n == 0:
        return False
    return even(n - 1)


def main():
    print([n for n in range(10) if even(n)], odd(57))


main()
