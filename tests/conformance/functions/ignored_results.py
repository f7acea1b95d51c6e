# Calls whose results nobody takes.
def count(x: int) -> int:
    print("called with", x)
    return x


def main():
    count(1)
    _ = count(2)
    a, _ = (count(3), count(4))
    print(a)


main()
