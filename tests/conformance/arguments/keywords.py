# Arguments by name, in any order.
def line(x: int, slope: int, offset: int) -> int:
    return x * slope + offset


def main():
    print(line(2, 3, 4), line(x=2, slope=3, offset=4), line(offset=4, x=2, slope=3), line(2, offset=4, slope=3))


main()
