# Conditions that are numbers.
def countdown(n: int) -> str:
    text = ""
    while bool(n):
        text += str(n)
        n -= 1
    return text


def main():
    print(countdown(5), not 0, not 3, bool(0.0) or bool(2))


main()
