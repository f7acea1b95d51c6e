# Extension: parameters behind the star have defaults.
def scale(x: int, *, by: int = 2, plus: int = 0) -> int:
    return x * by + plus


def main():
    print(scale(3), scale(3, by=5), scale(3, plus=1), scale(3, plus=1, by=0))


main()
