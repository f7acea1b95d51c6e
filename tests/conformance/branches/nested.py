# FizzBuzz, the nested way.
def word(n: int) -> str:
    if n % 3 == 0:
        if n % 5 == 0:
            return "FizzBuzz"
        return "Fizz"
    if n % 5 == 0:
        return "Buzz"
    return str(n)


def main():
    print(" ".join([word(n) for n in range(1, 16)]))


main()
