# Returns from the middle.
def classify(n: int) -> str:
    if n < 0:
        return "negative"
    if n == 0:
        return "zero"
    for d in range(2, n):
        if n % d == 0:
            return "divisible by " + str(d)
    return "prime or one"


def main():
    print(classify(-3), classify(0), classify(35), classify(7))


main()
