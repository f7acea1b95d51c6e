# Extension: TorchScript has no //= for numbers.
def binary(n: int) -> str:
    text = ""
    while n > 0:
        text = str(n % 2) + text
        n //= 2
    return text


def main():
    x = 7.5
    x //= 2.0
    print(binary(37), x == 3.0)


main()
