# An assertion that fails ends the program with its message.
def check(n: int) -> None:
    print("checking", n)
    assert n < 3, "n is too large"


def main():
    for n in range(10):
        check(n)


main()
