# Parameters behind the star are given by name.
def join(a: str, b: str, *, between: str) -> str:
    return a + between + b


def main():
    print(join("x", "y", between="-"), join(between="+", a="1", b="2"))


main()
