# int | str.
def twice(x: int | str) -> str:
    if isinstance(x, int):
        return str(2 * x)
    return x + x


def main():
    print(twice(21), twice("ab"))


main()
