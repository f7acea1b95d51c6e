# Text in groups of three.
def grouped(n: int) -> str:
    digits = str(n)
    out = ""
    while len(digits) > 3:
        out = "," + digits[-3:] + out
        digits = digits[:-3]
    return digits + out


def main():
    print(grouped(7), grouped(1234), grouped(1234567890), grouped(123456))


main()
