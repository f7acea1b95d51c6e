# Conditional expressions, nested.
def sign(x: int) -> int:
    return 1 if x > 0 else -1 if x < 0 else 0


def main():
    print([sign(x) for x in [-9, 0, 4]])
    print("big" if sign(5) > 0 else "small", [1] if sign(0) == 0 else [2, 3])


main()
