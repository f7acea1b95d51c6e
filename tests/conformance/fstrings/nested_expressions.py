# Calls, subscripts and conditions inside the braces.
def double(x: int) -> int:
    return 2 * x


def main():
    d = {"a": 1}
    print(f"{d['a']} {double(double(3))} {'yes' if len(d) == 1 else 'no'} {[i * i for i in range(3)]}")


main()
