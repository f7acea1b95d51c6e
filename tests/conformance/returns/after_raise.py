# What raises needs no return.
def half(n: int) -> int:
    if n % 2 == 0:
        return n // 2
    else:
        raise ValueError("odd")


def main():
    print(half(8), half(-2))


main()
