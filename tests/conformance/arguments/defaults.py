# Parameters with defaults.
def power(base: int, exponent: int = 2, plus: int = 0) -> int:
    result = 1
    for _ in range(exponent):
        result *= base
    return result + plus


def main():
    print(power(5), power(2, 10), power(2, 3, 1), power(3, plus=7))


main()
