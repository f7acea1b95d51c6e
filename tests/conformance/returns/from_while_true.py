# A loop without end that returns.
def smallest_divisor(n: int) -> int:
    d = 2
    while True:
        if n % d == 0:
            return d
        d += 1
    return -1


def main():
    print(smallest_divisor(91), smallest_divisor(17), smallest_divisor(64))


main()
