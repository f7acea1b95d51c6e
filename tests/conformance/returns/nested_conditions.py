# Returns at several depths, then code for what is left.
def route(a: bool, b: bool, n: int) -> int:
    if a:
        if b:
            return 1
        n += 10
        if n > 15:
            return n
    elif b:
        n += 100
    n *= 2
    return n


def main():
    for a in [True, False]:
        for b in [True, False]:
            print(route(a, b, 3), route(a, b, 9))


main()
