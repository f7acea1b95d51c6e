# Arguments are evaluated from left to right.
def show(n: int) -> int:
    print("argument", n)
    return n


def combine(a: int, b: int, c: int) -> int:
    return a * 100 + b * 10 + c


def main():
    print(combine(show(1), show(2), show(3)))
    print(show(4) - show(5), [show(6), show(7)])


main()
